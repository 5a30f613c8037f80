/** `leftfold what-if`: prints a projection's state with and without some events. Records nothing. */
import type { Command } from 'commander';
import type { Position } from '../../runtime/event-log/event.js';
import { createPast } from '../../runtime/projection/operations/fold-dependencies.js';
import { whatIfAnswer } from '../../runtime/projection/past/past.js';
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
    .addHelpText(
      'after',
      helpExamples('leftfold what-if sum --without 17,18', 'leftfold what-if product --without 17 --at 1000'),
    )
    .action((projection: string, options: WhatIfOptions) => whatIf(projection, options, terminal));
}

async function whatIf(projection: string, options: WhatIfOptions, terminal: Terminal): Promise<void> {
  const projections = await openProjections(logConfig(options, terminal), [projection], options, terminal);
  const progress = new Progress(terminal, 'fold', 'events', options.quiet);
  try {
    const dependencies = projections.of(projection);
    const head = await dependencies.log.head();
    const at = options.at ?? head;
    requireUpTo([at, ...options.without], head, 'the head of the log');
    requireUpTo(options.without, at, '--at');
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

/** @throws CommandFailed that names the first position after `end` */
function requireUpTo(positions: Iterable<Position>, end: Position, what: string): void {
  for (const position of positions) {
    if (position > end)
      throw new CommandFailed(`position ${position} is after ${what}, which is at ${end}`, EXIT.usage);
  }
}
