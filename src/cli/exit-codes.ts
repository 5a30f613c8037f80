/** Maps the error that ended a command to an exit code and a one-line message. */
import { CommanderError } from 'commander';
import { InvalidSetting } from '../apps/settings.js';
import { CommitNotFlushed, LogDamaged } from '../runtime/event-log/errors.js';
import { fileErrorText } from '../runtime/file-error-text.js';
import { FileDamaged } from '../runtime/stores/lmdb/file-check/page-file.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  damaged: 3,
  unacceptable: 4,
  /** EX_IOERR of sysexits.h, as the server. */
  diskFailed: 74,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Shown by `--help`; keep in step with docs/cli.md. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    it could not be done, or a state differs; the line on stderr says why
  2    the command, an option or a setting is wrong
  3    the log is damaged, or does not have the expected hash
  4    what should be imported is not acceptable
  74   the disk refused a write; whether the last commit was recorded, shows when the log is opened again
  130  interrupted; what was finished by then is kept (143: ended by SIGTERM)`;

/** A command cannot continue. The message is one line that says why. */
export class CommandFailed extends Error {
  override readonly name: string = 'CommandFailed';

  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** SIGINT or SIGTERM asked the command to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(
    readonly signal: 'SIGINT' | 'SIGTERM',
    /** How to continue later. */
    hint?: string,
  ) {
    super(hint === undefined ? 'interrupted' : `interrupted; ${hint}`);
  }

  get exitCode(): number {
    return this.signal === 'SIGINT' ? 130 : 143;
  }
}

/** The reader of stdout has closed the pipe, as in `| head`. Not an error for the user. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';

  constructor() {
    super('the reader has closed the output');
  }
}

export interface ExitStatus {
  readonly exitCode: number;
  /** For stderr. Absent when there is nothing to report, or commander has already reported it. */
  readonly line?: string;
}

export function exitStatusOf(error: unknown): ExitStatus {
  if (error instanceof OutputClosed) return { exitCode: EXIT.done };
  // Commander also throws after --help and --version.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  const message = fileErrorText(error) ?? (error instanceof Error ? error.message : String(error));
  return { exitCode: exitCodeOf(error), line: message.split('\n', 1)[0] ?? '' };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed || error instanceof Interrupted) return error.exitCode;
  if (error instanceof InvalidSetting) return EXIT.usage;
  if (error instanceof CommitNotFlushed) return EXIT.diskFailed;
  return isDamage(error) ? EXIT.damaged : EXIT.failed;
}

/** Also when a store that could not be opened names damage as the cause. */
function isDamage(error: unknown): boolean {
  if (error instanceof LogDamaged || error instanceof FileDamaged) return true;
  return error instanceof Error && error.cause !== undefined && isDamage(error.cause);
}
