/** `leftfold what-if`: what a projection's state would be had some events not been. Records nothing. */
import type { Command } from 'commander';
import type { Position } from '../../runtime/event-log/event.js';
import { createPast } from '../../runtime/projection/operations/fold-dependencies.js';
import { whatIfAnswer } from '../../runtime/projection/past/past.js';
import { examples, positionArgument, positionsArgument } from '../arguments.js';
import { withContextsOption, type ContextsOption } from '../contexts.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { logConfig, withLogOptions, type LogOptions } from '../opening.js';
import { Progress } from '../progress.js';
import { openProjections } from '../projections.js';
import { print, type Terminal } from '../terminal.js';

interface WhatIfOptions extends LogOptions, ContextsOption {
  readonly without: ReadonlySet<Position>;
  readonly at?: Position;
}

export function addWhatIf(program: Command, terminal: Terminal): void {
  withContextsOption(withLogOptions(program.command('what-if')))
    .summary('show what a state would be had some events not been')
    .description(
      'Folds the log twice, with some events and without them, and prints both states of a projection as JSON. ' +
        'Records nothing. Begins from the newest snapshot before the first of these events, if there is one.',
    )
    .argument('<projection>', 'whose state, such as sum or product')
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
  const opened = await openProjections(logConfig(options, terminal), [projection], options, terminal);
  const progress = new Progress(terminal, 'fold', 'events', options.quiet);
  try {
    const ground = opened.of(projection);
    const head = await ground.log.head();
    const at = options.at ?? head;
    requireThere([at, ...options.without], head, 'the head of the log');
    requireThere(options.without, at, '--at');
    const past = await createPast(ground);
    const states = await past.whatIf(options.without, at, {
      signal: terminal.interrupted,
      onPage: (reached, from) => {
        progress.to({ share: (reached - from) / (at - from), done: reached - from });
      },
    });
    progress.end();
    const answer = whatIfAnswer(ground.definition, options.without, states);
    await print(terminal, `${JSON.stringify(answer, null, 2)}\n`);
  } finally {
    progress.end();
    await opened.close();
  }
}

/** @throws CommandFailed that names the first position that is not */
function requireThere(positions: Iterable<Position>, end: Position, what: string): void {
  for (const each of positions) {
    if (each > end)
      throw new CommandFailed(`position ${each} is after ${what}, which is at ${end}`, EXIT.usage);
  }
}
