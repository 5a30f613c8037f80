/** `leftfold what-if`: prints a projection's state with and without some events. Records nothing. */
import type { Command } from 'commander';
import type { Position } from '../../runtime/event-log/event.js';
import type { EventLog } from '../../runtime/event-log/event-log.js';
import type { EntityProjectionDefinition } from '../../runtime/projection/entities/define-entity-projection.js';
import { EntityPast } from '../../runtime/projection/entities/entity-past.js';
import { createPast } from '../../runtime/projection/operations/fold-dependencies.js';
import { whatIfAnswer } from '../../runtime/projection/past/past.js';
import { skippedBy } from '../../runtime/projection/skipping.js';
import { helpExamples, parsePosition, parsePositions } from '../arguments.js';
import { withContextsOption, type ContextsOption } from '../contexts-option.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { logConfig, withLogOptions, type LogOptions } from '../log-options.js';
import { Progress } from '../progress.js';
import { openProjections } from '../open-projections.js';
import { printResult, type Terminal } from '../terminal.js';

interface WhatIfOptions extends LogOptions, ContextsOption {
  readonly without: ReadonlySet<Position>;
  readonly at?: Position;
  /** Of an entity projection: the key of the one. */
  readonly key?: string;
}

export function addWhatIf(program: Command, terminal: Terminal): void {
  withContextsOption(withLogOptions(program.command('what-if')))
    .summary('show what a state would be had some events not been')
    .description(
      'Folds the log twice, with some events and without them, and prints both states of a projection as JSON. ' +
        'Records nothing. Begins from the newest snapshot before the first of these events, if there is one.',
    )
    .argument('<projection>', 'whose state, such as sum or product')
    .requiredOption('--without <positions>', 'the events to leave out, separated by commas', parsePositions)
    .option('--at <position>', 'as of this position (default: the head)', parsePosition)
    .option('--key <key>', 'of an entity projection: which entity')
    .addHelpText(
      'after',
      helpExamples(
        'leftfold what-if sum --without 17,18',
        'leftfold what-if product --without 17 --at 1000',
        'leftfold what-if orders --key 7 --without 17',
      ),
    )
    .action((projection: string, options: WhatIfOptions) => whatIf(projection, options, terminal));
}

async function whatIf(projection: string, options: WhatIfOptions, terminal: Terminal): Promise<void> {
  const projections = await openProjections(logConfig(options, terminal), [projection], options, terminal);
  const progress = new Progress(terminal, 'fold', 'events', options.quiet);
  try {
    const head = await projections.log.head();
    const at = options.at ?? head;
    requireUpTo([at, ...options.without], head, 'the head of the log');
    requireUpTo(options.without, at, '--at');
    const definition = projections.entityProjections.get(projection);
    if (definition !== undefined) {
      const answer = await entityWhatIf(definition, projections.log, { ...options, at }, terminal);
      await printResult(terminal, `${JSON.stringify(answer, null, 2)}\n`);
      return;
    }
    if (options.key !== undefined)
      throw new CommandFailed(`${projection} has one state and no entities; leave --key out`, EXIT.usage);
    const dependencies = projections.of(projection);
    const past = await createPast(dependencies);
    const states = await past.whatIf(options.without, at, {
      signal: terminal.interrupted,
      onPage: (reached, from) => {
        progress.update({ fraction: (reached - from) / (at - from), done: reached - from });
      },
    });
    progress.end();
    const answer = whatIfAnswer(dependencies.definition, options.without, states);
    await printResult(terminal, `${JSON.stringify(answer, null, 2)}\n`);
  } finally {
    progress.end();
    await projections.close();
  }
}

/** Of one entity, as `GET /<name>/{key}/what-if` answers it. @throws CommandFailed */
async function entityWhatIf(
  definition: EntityProjectionDefinition,
  log: EventLog,
  { key, at, without }: WhatIfOptions & { readonly at: Position },
  { interrupted: signal }: Terminal,
): Promise<object> {
  const { name, tag } = definition;
  if (key === undefined)
    throw new CommandFailed(`${name} has many states; say of which entity with --key`, EXIT.usage);
  if (tag === undefined)
    throw new CommandFailed(`${name} has no tag by which the events of one entity are found`, EXIT.usage);
  const skipped = await skippedBy(log, name);
  const past = new EntityPast(definition, log, () => skipped, { before: () => Promise.resolve(undefined) });
  const states = await past.whatIf(key, without, { through: at, signal });
  if (states.is === undefined && states.wouldBe === undefined)
    throw new CommandFailed(`there is no ${key} in ${name}, with or without these events`, EXIT.usage);
  return { key, position: at, without: [...without].sort((one, other) => one - other), ...states };
}

/** @throws CommandFailed that names the first position after `end` */
function requireUpTo(positions: Iterable<Position>, end: Position, what: string): void {
  for (const position of positions) {
    if (position > end)
      throw new CommandFailed(`position ${position} is after ${what}, which is at ${end}`, EXIT.usage);
  }
}
