/** `leftfold import`: records the commits of an export unchanged. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import type { Command } from 'commander';
import { helpExamples, formatOption, parseHash, FORMATS, type FormatName } from '../arguments.js';
import { CommandFailed, Interrupted } from '../exit-codes.js';
import { formatCount } from '../number-format.js';
import { parseCommits, type ImportedPage } from '../importing/commit-parser.js';
import { Importer, type ImportCounts } from '../importing/importer.js';
import { readLines } from '../importing/line-reader.js';
import { logConfig, openLogForWriting, withLogOptions, type LogOptions } from '../log-options.js';
import { Progress } from '../progress.js';
import { printResult, printMessage, type Terminal } from '../terminal.js';
import { formatLogHead, readLogHead, requireHash } from '../log-verification.js';

interface ImportOptions extends LogOptions {
  readonly format?: FormatName;
  readonly expect?: string;
  readonly withRuntimeEvents?: boolean;
}

export function addImport(program: Command, terminal: Terminal): void {
  withLogOptions(program.command('import'))
    .summary('record what an export wrote, as it was')
    .description(
      'Records events that an export wrote, with their commits, times, revisions, tags and metadata as they were; ' +
        'contracts are not asked, since this is history. Commits that the log has already are passed over, so an ' +
        'import that was interrupted is gone on with by running it again. Of a commit with a line that is not ' +
        'acceptable nothing is recorded, nor of those after it. Prints the position and the hash of the head.',
    )
    .argument('[file]', 'what to read; - or none: standard input')
    .addOption(formatOption('what the lines are (default: what the first one is)'))
    .option('--expect <hash>', 'fail with 3 unless the log has this hash in the end', parseHash)
    .option(
      '--with-runtime-events',
      'also take events that only the runtime records, such as skips; for a log of your own',
    )
    .addHelpText(
      'after',
      helpExamples(
        'leftfold import log.ndjson',
        'leftfold import log.ndjson --data ./another --expect "$(cat head.txt)"',
        'leftfold export --data ./one | leftfold import --data ./another --with-runtime-events',
      ),
    )
    .action((file: string | undefined, options: ImportOptions) => importLog(file, options, terminal));
}

async function importLog(
  file: string | undefined,
  options: ImportOptions,
  terminal: Terminal,
): Promise<void> {
  const source = await sourceOf(file, terminal);
  const store = await openLogForWriting(logConfig(options, terminal));
  const progress = new Progress(terminal, 'import', 'events', options.quiet);
  try {
    const format = options.format && FORMATS[options.format];
    const importer = new Importer(store);
    await importAll(
      parseCommits(readLines(source.open()), format, options.withRuntimeEvents),
      importer,
      ({ bytes }) => {
        const { recorded, known } = importer.counts;
        progress.update({
          fraction: source.size === undefined ? undefined : Math.min(bytes / source.size, 1),
          done: recorded.events + known.events,
        });
      },
    );
    progress.end();
    const head = await readLogHead(store);
    requireHash(head, options.expect);
    await printResult(terminal, formatLogHead(head));
    if (options.quiet !== true) printMessage(terminal, formatSummary(importer.counts));
  } catch (error) {
    // A stream that is aborted throws its own AbortError, not the reason.
    const reason: unknown = terminal.interrupted.aborted ? terminal.interrupted.reason : error;
    throw reason instanceof Interrupted
      ? new Interrupted(reason.signal, 'the same command goes on after what is recorded')
      : reason;
  } finally {
    progress.end();
    await store.close();
  }
}

interface Source {
  /** Starts reading. */
  readonly open: () => AsyncIterable<Buffer>;
  /** In bytes; undefined when unknown. */
  readonly size: number | undefined;
}

/** @throws Error of the file system, such as ENOENT, which `exitStatusOf` puts into a sentence */
async function sourceOf(file: string | undefined, terminal: Terminal): Promise<Source> {
  const { interrupted } = terminal;
  if (file === undefined || file === '-')
    return { open: () => addAbortSignal(interrupted, terminal.stdin), size: undefined };
  const stats = await stat(file);
  if (stats.isDirectory()) throw new CommandFailed(`${file} is a folder; name a file`);
  return {
    open: () => createReadStream(file, { signal: interrupted, highWaterMark: 256 * 1024 }),
    size: stats.isFile() ? stats.size : undefined,
  };
}

/** Also after an error, records the complete commits before it: the next run continues after them. */
async function importAll(
  pages: AsyncIterable<ImportedPage>,
  importer: Importer,
  onPage: (page: ImportedPage) => void,
): Promise<void> {
  try {
    for await (const page of pages) {
      for (const commit of page.commits) await importer.add(commit);
      onPage(page);
    }
  } finally {
    await importer.flush();
  }
}

function formatSummary({ recorded, known, moved }: ImportCounts): string {
  const parts = [
    `recorded ${formatCount(recorded.events, 'event')} in ${formatCount(recorded.commits, 'commit')}`,
  ];
  if (known.commits > 0) parts.push(`the log had ${formatCount(known.commits, 'commit')} already`);
  if (moved > 0) parts.push(`${formatCount(moved, 'commit')} at other positions than in the file`);
  return parts.join('; ');
}
