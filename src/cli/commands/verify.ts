/** `leftfold verify`: checks every commit and prints the hash of the head, or names the first position that does not fit. */
import type { Command } from 'commander';
import type { Position } from '../../runtime/event-log/event.js';
import { helpExamples, parseHash, parsePosition } from '../arguments.js';
import { formatCount } from '../number-format.js';
import { logConfig, openLogForReading, withLogOptions, type LogOptions } from '../log-options.js';
import { Progress } from '../progress.js';
import { printResult, printMessage, type Terminal } from '../terminal.js';
import { formatLogHead, requireHash, verifyLog } from '../log-verification.js';

interface VerifyOptions extends LogOptions {
  readonly expect?: string;
  readonly through?: Position;
}

export function addVerify(program: Command, terminal: Terminal): void {
  withLogOptions(program.command('verify'))
    .summary('check every commit of the log, and print the hash of its head')
    .description(
      'Walks the log: every commit must fit its hash, follow on the one before it, and be found by every index. ' +
        'Prints the position and the hash of the last commit, or names the first position that does not fit. ' +
        'The hash covers everything up to there, so two logs are the same when their hashes are.',
    )
    .option('--expect <hash>', 'fail with 3 unless the log has this hash', parseHash)
    .option(
      '--through <position>',
      'stop at the last commit that ends up to this position, and print its hash',
      parsePosition,
    )
    .addHelpText(
      'after',
      helpExamples(
        'leftfold verify',
        'leftfold verify --data /backups/monday',
        'leftfold verify --through 1000',
        'leftfold verify --expect "$(cat head.txt)"',
      ),
    )
    .action((options: VerifyOptions) => verify(options, terminal));
}

async function verify(options: VerifyOptions, terminal: Terminal): Promise<void> {
  const store = await openLogForReading(logConfig(options, terminal));
  const progress = new Progress(terminal, 'verify', 'events', options.quiet);
  try {
    const verified = await verifyLog(store, progress, terminal.interrupted, options.through);
    progress.end();
    requireHash(verified, options.expect);
    await printResult(terminal, formatLogHead(verified));
    if (options.quiet !== true)
      printMessage(
        terminal,
        `verified ${formatCount(verified.position, 'event')} in ${formatCount(verified.commits, 'commit')}; all of them fit`,
      );
  } finally {
    progress.end();
    await store.close();
  }
}
