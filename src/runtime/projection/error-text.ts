/** Turns whatever was thrown into text that can be shown. Never throws itself. */

/** In characters; longer texts are cut. */
export const MAX_TEXT_LENGTH = 1000;

const UNREADABLE = 'something was thrown that cannot be read';

/** Like `String(error)`, but well-formed and cut, also for what is no Error, has throwing getters, or is a proxy. */
export function errorText(error: unknown): string {
  return attempt(() => cut(textOf(error)), UNREADABLE);
}

/** The stack if there is one, for the process's log lines; else the text. */
export function errorStack(error: unknown): string {
  return attempt(() => {
    const stack: unknown = error instanceof Error ? error.stack : undefined;
    return typeof stack === 'string' ? stack.slice(0, 10 * MAX_TEXT_LENGTH) : errorText(error);
  }, errorText(error));
}

function textOf(error: unknown): string {
  if (error instanceof Error) {
    const { name, message } = error as { readonly name: unknown; readonly message: unknown };
    return message === '' ? String(name) : `${String(name)}: ${String(message)}`;
  }
  if (typeof error !== 'object' || error === null) return String(error);
  return JSON.stringify(error);
}

function cut(text: string): string {
  const short = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…` : text;
  return short.toWellFormed();
}

function attempt(read: () => string, fallback: string): string {
  try {
    return read();
  } catch {
    return fallback; // a getter or `toString` of the thrown value threw
  }
}
