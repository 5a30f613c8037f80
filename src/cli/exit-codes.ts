/** How a command ends: the exit code for scripts, and the one line for people. */
import { CommanderError } from 'commander';
import { InvalidSetting } from '../apps/settings.js';
import { LogDamaged } from '../runtime/event-log/errors.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  damaged: 3,
  unacceptable: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What `--help` says of them; docs/cli.md says the same. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    it could not be done, or a state differs; the line on stderr says why
  2    the command, an option or a setting is wrong
  3    the log is damaged, or does not have the expected hash
  4    what should be imported is not acceptable
  130  interrupted; what was finished by then is kept (143: ended by SIGTERM)`;

/** A command cannot go on, and the message says why in one line. */
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

/** Whoever started the command wants it to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(
    readonly signal: 'SIGINT' | 'SIGTERM',
    /** How to go on. */
    hint?: string,
  ) {
    super(hint === undefined ? 'interrupted' : `interrupted; ${hint}`);
  }

  get exitCode(): number {
    return this.signal === 'SIGINT' ? 130 : 143;
  }
}

/** Nobody reads what the command writes any more, as after `| head`: that is no error. */
export class OutputClosed extends Error {
  override readonly name = 'NobodyReads';

  constructor() {
    super('nobody reads what is written');
  }
}

export interface ExitStatus {
  readonly exitCode: number;
  /** Absent when there is nothing to say, or commander has said it. */
  readonly line?: string;
}

export function exitStatusOf(error: unknown): ExitStatus {
  if (error instanceof OutputClosed) return { exitCode: EXIT.done };
  // Commander ends with an error also after --help and --version.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: exitCodeOf(error), line: message.split('\n', 1)[0] ?? '' };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed || error instanceof Interrupted) return error.exitCode;
  if (error instanceof InvalidSetting) return EXIT.usage;
  return error instanceof LogDamaged ? EXIT.damaged : EXIT.failed;
}
