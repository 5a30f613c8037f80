/** The files of the project that a generator works in. */
import { posix } from 'node:path';

/** Paths are relative to the project's root, with slashes. */
export interface Project {
  read(path: string): string | undefined;
  write(path: string, text: string): void;
  /** Names of what is in a folder, empty when there is none. */
  list(folder: string): { readonly files: readonly string[]; readonly folders: readonly string[] };
}

/**
 * Collects what a generator writes, so that one that fails half way has written nothing. Generators see and write `\n` alone; a file keeps the
 * line ends that it has, and a new one gets those of `package.json`.
 */
export class Changes implements Project {
  readonly #written = new Map<string, string>();

  constructor(private readonly project: Project) {}

  read(path: string): string | undefined {
    return this.#written.get(path) ?? this.project.read(path)?.replaceAll('\r\n', '\n');
  }

  write(path: string, text: string): void {
    if (this.read(path) !== text) this.#written.set(path, text);
  }

  list(folder: string): ReturnType<Project['list']> {
    const { files, folders } = this.project.list(folder);
    const written = [...this.#written.keys()].filter((path) => posix.dirname(path) === folder);
    return { files: [...new Set([...files, ...written.map((path) => posix.basename(path))])], folders };
  }

  /** @returns the paths that were written */
  apply(): readonly string[] {
    for (const [path, text] of this.#written) {
      const before = this.project.read(path) ?? this.project.read('package.json');
      this.project.write(path, before?.includes('\r\n') === true ? text.replaceAll('\n', '\r\n') : text);
    }
    return [...this.#written.keys()];
  }
}
