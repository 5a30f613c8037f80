/** What was thrown, in one text that can be shown: whatever it is, reading it harms nobody. */

/** Longer texts are cut, in characters. */
export const MAX_TEXT_LENGTH = 1000;

const UNREADABLE = 'something was thrown that cannot be read';

/** As `String(error)` has it, well-formed and cut. Anything can be thrown: no error, one with getters, a proxy. */
export function errorText(error: unknown): string {
  return attempt(() => cut(wordsOf(error)), UNREADABLE);
}

/** The stack if there is one, for the log of the process; else the text. */
export function errorStack(error: unknown): string {
  return attempt(() => {
    const stack: unknown = error instanceof Error ? error.stack : undefined;
    return typeof stack === 'string' ? stack.slice(0, 10 * MAX_TEXT_LENGTH) : errorText(error);
  }, errorText(error));
}

function wordsOf(error: unknown): string {
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

function attempt(read: () => string, otherwise: string): string {
  try {
    return read();
  } catch {
    return otherwise; // what reads an error may throw another one, which says less
  }
}
