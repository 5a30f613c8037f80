/** `leftfold what-if`: what a projection's state would be had some events not been. Records nothing. */
import type { Command } from 'commander';
import { EventLog } from '../../runtime/event-log/event-log.js';
import type { Position } from '../../runtime/event-log/event.js';
import { contractsIn, definitionsIn } from '../../runtime/projection/definitions-in.js';
import type { ProjectionDefinition } from '../../runtime/projection/define-projection.js';
import { FileSnapshotStore, snapshotFolder } from '../../runtime/projection/file-snapshot-store.js';
import { fingerprintIn } from '../../runtime/projection/machine-fingerprint.js';
import type { Skipped } from '../../runtime/projection/folding.js';
import { Past } from '../../runtime/projection/past.js';
import { eventSkipped, skippedBy } from '../../runtime/projection/skipping.js';
import type { Snapshot } from '../../runtime/projection/snapshot-store.js';
import { usableSnapshot } from '../../runtime/projection/usable-snapshot.js';
import { whatIfAnswer } from '../../runtime/projection/what-if.js';
import { examples, positionArgument, positionsArgument } from '../arguments.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { logConfig, openForReading, withLogOptions, type LogOptions } from '../opening.js';
import { Progress } from '../progress.js';
import { print, type Terminal } from '../terminal.js';

interface WhatIfOptions extends LogOptions {
  readonly without: ReadonlySet<Position>;
  readonly at?: Position;
}

export function addWhatIf(program: Command, terminal: Terminal): void {
  withLogOptions(program.command('what-if'))
    .summary('show what a state would be had some events not been')
    .description(
      'Folds the log twice, with some events and without them, and prints both states of a projection as JSON. ' +
        'Records nothing. Begins from the newest snapshot before the first of these events, if there is one.',
    )
    .argument('<projection>', 'whose state: sum, product')
    .requiredOption(
      '--without <positions>',
      'the events to leave out, separated by commas',
      positionsArgument,
    )
    .option('--at <position>', 'as of this position (default: the head)', positionArgument)
    .addHelpText(
      'after',
      examples('leftfold what-if sum --without 17,18', 'leftfold what-if product --without 17 --at 1000'),
    )
    .action((projection: string, options: WhatIfOptions) => whatIf(projection, options, terminal));
}

async function whatIf(projection: string, options: WhatIfOptions, terminal: Terminal): Promise<void> {
  const contexts = await terminal.contexts();
  const definition = definitionNamed(projection, definitionsIn(contexts));
  const config = logConfig(options, terminal);
  const log = new EventLog(await openForReading(config));
  log.contracts.register([...contractsIn(contexts), eventSkipped]);
  const progress = new Progress(terminal, 'fold', 'events', options.quiet);
  try {
    const head = await log.head();
    const at = options.at ?? head;
    requireThere([at, ...options.without], head, 'the head of the log');
    requireThere(options.without, at, '--at');
    const skipped = await skippedBy(log, definition.name);
    const states = await pastIn(config.data, definition, log, skipped).without(options.without, at, {
      signal: terminal.interrupted,
      onPage: (reached, from) => {
        progress.to({ share: (reached - from) / (at - from), done: reached - from });
      },
    });
    progress.end();
    await print(terminal, `${JSON.stringify(whatIfAnswer(definition, options.without, states), null, 2)}\n`);
  } finally {
    progress.end();
    await log.close();
  }
}

/** @throws CommandFailed that names those that there are */
function definitionNamed(
  name: string,
  definitions: ReadonlyMap<string, ProjectionDefinition>,
): ProjectionDefinition {
  const definition = definitions.get(name);
  if (definition !== undefined) return definition;
  throw new CommandFailed(
    `there is no projection ${name}; there are ${[...definitions.keys()].join(', ')}`,
    EXIT.usage,
  );
}

/** @throws CommandFailed that names the first position that is not */
function requireThere(positions: Iterable<Position>, end: Position, what: string): void {
  for (const each of positions) {
    if (each > end)
      throw new CommandFailed(`position ${each} is after ${what}, which is at ${end}`, EXIT.usage);
  }
}

/** The snapshots are the server's: they are read, never written. */
function pastIn(data: string, definition: ProjectionDefinition, log: EventLog, skipped: Skipped): Past {
  const store = new FileSnapshotStore(snapshotFolder(data, definition.name));
  const before = async (through: Position): Promise<Snapshot | undefined> => {
    const machine = fingerprintIn(log.contracts, definition);
    return usableSnapshot(store, { log: log.identity, machine, head: await log.head(), skipped }, through);
  };
  return new Past(definition, log, { before }, () => skipped);
}
