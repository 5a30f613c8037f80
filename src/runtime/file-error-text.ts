/** Says in a sentence why a file or folder that a user named cannot be used, where the system says only a code. */

const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `there is no ${path}; name one that exists`,
  ENOTDIR: (path) => `${path}, or a part of it, is a file where a folder is needed; name another path`,
  EISDIR: (path) => `${path} is a folder; name a file`,
  EACCES: (path) => `this user may not open ${path}; give the user the right, or name another path`,
  EPERM: (path) => `this user may not open ${path}; give the user the right, or name another path`,
  EROFS: (path) => `${path} is on a file system that is read only; name a path on another one`,
  EEXIST: (path) => `${path} exists, and is no folder; name a folder`,
};

/**
 * @param named the path as the user gave it, for errors that carry none
 * @returns undefined for every other error
 */
export function fileErrorText(error: unknown, named?: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, path } = error as Partial<NodeJS.ErrnoException>;
  return code === undefined ? undefined : SENTENCES[code]?.(path ?? named ?? 'the file');
}

/** The error as one that says so in its message; every other error as it is. */
export function asFileSentence(error: unknown, named?: string): unknown {
  const sentence = fileErrorText(error, named);
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}
