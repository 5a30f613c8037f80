/** Whether this process still is the writer: it is no longer once another one took the lease, or the files of the log are gone. */
import { join } from 'node:path';
import { LogFilesReplaced, WriterLeaseLost } from '../../event-log/errors.js';
import { isInPlace, openFileAt, type OpenFile } from './file-place.js';

export class WriterStanding {
  readonly #file: OpenFile;
  #lost: WriterLeaseLost | LogFilesReplaced | undefined;

  /**
   * @param descriptor of the data file
   * @param onLost called once
   */
  constructor(
    readonly folder: string,
    descriptor: number,
    private readonly onLost: () => void,
  ) {
    this.#file = openFileAt(join(folder, 'data.mdb'), descriptor);
  }

  /** Why nothing more may be recorded. */
  get lost(): WriterLeaseLost | LogFilesReplaced | undefined {
    return this.#lost;
  }

  /** Whether the files are still those of the log, so that another process’s commits can be read from them. */
  get hasFiles(): boolean {
    return !(this.#lost instanceof LogFilesReplaced);
  }

  /** Looks whether the data file that is open is still the one at its path. Takes some microseconds. */
  isFileInPlace(): boolean {
    const isThere = isInPlace(this.#file);
    if (!isThere) this.#lose(new LogFilesReplaced());
    return isThere;
  }

  loseLease(): void {
    this.#lose(new WriterLeaseLost());
  }

  /** Takes some microseconds. @throws WriterLeaseLost, LogFilesReplaced */
  require(): void {
    if (this.#lost === undefined) this.isFileInPlace();
    if (this.#lost !== undefined) throw this.#lost;
  }

  #lose(reason: WriterLeaseLost | LogFilesReplaced): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    process.emitWarning(`${this.folder}: ${reason.detail}`, reason.name);
    this.onLost();
  }
}
