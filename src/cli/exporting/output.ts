/** Where an export goes: to standard output, or to a file that has its name only once it is whole. */
import { printResult, type Terminal } from '../terminal.js';

export interface ExportOutput {
  /** Resolves once the text has been taken. */
  write(text: string): Promise<void>;
  /** Everything has been written. */
  finish(): Promise<void>;
  /** Lets go of it as it is, finished or not. */
  close(): Promise<void>;
}

export function standardOutput(terminal: Terminal): ExportOutput {
  return {
    write: (text) => printResult(terminal, text),
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
