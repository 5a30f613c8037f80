/** `leftfold export`: writes the log, or a selection of it, one event a line. */
import type { Command } from 'commander';
import { EVERYTHING, START, type Position, type Query, type Tag } from '../../runtime/event-log/event.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import {
  helpExamples,
  formatOption,
  parsePosition,
  collectTags,
  collectTypes,
  FORMATS,
  type FormatName,
} from '../arguments.js';
import { CommandFailed, EXIT, Interrupted } from '../exit-codes.js';
import { PartialFile } from '../exporting/partial-file.js';
import { exportSelection, type ExportSelection } from '../exporting/export-selection.js';
import { standardOutput, writeCommits, type ExportOutput } from '../exporting/write-commits.js';
import { formatCount } from '../number-format.js';
import { logConfig, openLogForReading, withLogOptions, type LogOptions } from '../log-options.js';
import { Progress } from '../progress.js';
import { printMessage, type Terminal } from '../terminal.js';

interface ExportOptions extends LogOptions {
  readonly format: FormatName;
  readonly type?: readonly string[];
  readonly tag?: readonly Tag[];
  readonly after?: Position;
  readonly through?: Position;
  readonly output?: string;
  readonly resume?: boolean;
}

export function addExport(program: Command, terminal: Terminal): void {
  withLogOptions(program.command('export'))
    .summary('write the log, or what is selected of it, an event a line')
    .description(
      'Writes events in their order, one JSON object a line: the whole log up to where its head stands now, or ' +
        'those that have any of the types and all of the tags. An import of the whole into an empty log gives the ' +
        'same positions and the same hash. Events are written as they were recorded, before any upcaster: --type and ' +
        '--tag are those that were recorded, and GET /events finds by those of the current revisions.',
    )
    .addOption(formatOption('NDJSON as GET /events has it, or CloudEvents 1.0').default('ndjson'))
    .option('--type <type>', 'only events recorded as this type; with several, of any of them', collectTypes)
    .option('--tag <tag>', 'only events recorded with this tag; with several, with all of them', collectTags)
    .option('--after <position>', 'only events after this position', parsePosition)
    .option('--through <position>', 'only events up to this position', parsePosition)
    .option('-o, --output <file>', 'write to a file, which has this name only once it is whole')
    .option('--resume', 'go on with an export into this file that was interrupted')
    .addHelpText(
      'after',
      helpExamples(
        'leftfold export > log.ndjson',
        'leftfold export --output log.ndjson',
        'leftfold export --output log.ndjson --resume',
        'leftfold export --format cloudevents --type number.recorded --type number.retracted',
        'leftfold export --tag number:42 | head',
      ),
    )
    .action((options: ExportOptions) => exportLog(options, terminal));
}

async function exportLog(options: ExportOptions, terminal: Terminal): Promise<void> {
  if (options.resume === true && options.output === undefined)
    throw new CommandFailed('--resume goes on with a file; name it by --output', EXIT.usage);
  const store = await openLogForReading(logConfig(options, terminal));
  try {
    const query = queryOf(options);
    const [output, resumedAt] = await outputFor(options, query, store, terminal);
    try {
      const selection = exportSelection(
        await store.head(),
        query,
        resumedAt ?? options.after,
        options.through,
      );
      await writeSelection(store, selection, output, options, terminal);
    } finally {
      await output.close();
    }
  } catch (error) {
    throw error instanceof Interrupted && options.output !== undefined
      ? new Interrupted(error.signal, 'the same command with --resume goes on')
      : error;
  } finally {
    await store.close();
  }
}

async function writeSelection(
  store: EventStore,
  selection: ExportSelection,
  output: ExportOutput,
  { format, output: file, quiet = false }: ExportOptions,
  terminal: Terminal,
): Promise<void> {
  // On a terminal the exported lines already show the progress.
  const isOnTerminal = file === undefined && terminal.stdout.isTTY === true;
  const progress = new Progress(terminal, 'export', 'events', quiet || isOnTerminal);
  try {
    const observer = { progress, signal: terminal.interrupted };
    const { events, commits } = await writeCommits(store, selection, FORMATS[format], output, observer);
    await output.finish();
    progress.end();
    const summary = `exported ${formatCount(events, 'event')} of ${formatCount(commits, 'commit')}`;
    if (!quiet)
      printMessage(terminal, `${summary}, after position ${selection.after} up to ${selection.through}`);
  } finally {
    progress.end();
  }
}

function queryOf({ type, tag }: ExportOptions): Query {
  if (type === undefined && tag === undefined) return EVERYTHING;
  return [{ ...(type !== undefined && { types: type }), ...(tag !== undefined && { tags: tag }) }];
}

/** @returns the output, and the position up to which an interrupted export has already written to it */
async function outputFor(
  { output: file, resume, format, after = START, through }: ExportOptions,
  query: Query,
  { identity }: EventStore,
  terminal: Terminal,
): Promise<readonly [ExportOutput, Position | undefined]> {
  if (file === undefined) return [standardOutput(terminal), undefined];
  const key = { log: identity, format, query, after, through };
  const partial =
    resume === true
      ? await PartialFile.resume(file, key, FORMATS[format])
      : await PartialFile.begin(file, key);
  return [partial, partial.position];
}
