/** `leftfold rehearse`: folds the real history with this code, beside the server that it is to replace. */
import type { Command } from 'commander';
import type { FoldState } from '../../runtime/fold/fold-state.js';
import {
  runRehearsal as fold,
  type RehearsalReport,
} from '../../runtime/projection/operations/rehearsal.js';
import { ownSnapshotStoreIn, rehearsedStoreIn } from '../../apps/data-folder.js';
import { examples } from '../arguments.js';
import { CommandFailed } from '../exit-codes.js';
import { logConfig, withLogOptions } from '../opening.js';
import { Progress } from '../progress.js';
import { openProjections, watching, withProjectionOptions, type ProjectionOptions } from '../projections.js';
import { print, say, type Terminal } from '../terminal.js';

interface RehearseOptions extends ProjectionOptions {
  readonly check?: boolean;
}

export function addRehearse(program: Command, terminal: Terminal): void {
  withProjectionOptions(withLogOptions(program.command('rehearse')))
    .summary('fold the history with this code, before it is deployed')
    .description(
      'Folds the whole log with the machines of this code, beside the server that still runs the old ones, and compares ' +
        'with the newest state that those have kept. Prints a line for each projection, and both states where they ' +
        'differ. Then keeps a snapshot of each at the head, so that a server with this code need not fold the history ' +
        'when it starts. With --check it keeps none, and fails with 1 when a state differs.',
    )
    .option('--check', 'only compare, and fail with 1 when a state differs')
    .addHelpText(
      'after',
      examples(
        'leftfold rehearse',
        'leftfold rehearse --check',
        'leftfold rehearse sum --data /srv/leftfold',
      ),
    )
    .action((names: readonly string[], options: RehearseOptions) => rehearse(names, options, terminal));
}

async function rehearse(
  names: readonly string[],
  options: RehearseOptions,
  terminal: Terminal,
): Promise<void> {
  const config = logConfig(options, terminal);
  const opened = await openProjections(config, names, options, terminal);
  const different: string[] = [];
  try {
    for (const name of opened.names) {
      // Not what was rehearsed before: that is this code's, and would be compared with itself.
      const ground = { ...opened.of(name), snapshots: ownSnapshotStoreIn(config.data, name) };
      const progress = new Progress(terminal, `rehearse ${name}`, 'events', options.quiet);
      let rehearsal: RehearsalReport;
      try {
        rehearsal = await fold(ground, watching(await ground.log.head(), progress, terminal));
      } finally {
        progress.end();
      }
      await print(terminal, told(name, rehearsal));
      if (rehearsal.compared?.isEqual === false) different.push(name);
      if (options.check === true) continue;
      await rehearsedStoreIn(config.data, name).save(rehearsal.snapshot);
      if (options.quiet !== true)
        say(terminal, `${name}: a snapshot at ${rehearsal.snapshot.position} is kept`);
    }
  } finally {
    await opened.close();
  }
  if (options.check === true && different.length > 0)
    throw new CommandFailed(`${different.join(', ')}: this code folds the history to another state`);
}

function told(name: string, { snapshot, compared }: RehearsalReport): string {
  if (compared === undefined) return `${name} ${snapshot.position} nothing to compare with\n`;
  const { position, machine, isEqual, before, after } = compared;
  const which = machine === snapshot.machine ? 'the same machine' : 'another machine';
  if (isEqual) return `${name} ${snapshot.position} equal at ${position}, ${which}\n`;
  return `${name} ${snapshot.position} different at ${position}, ${which}\n- ${shown(before)}\n+ ${shown(after)}\n`;
}

/** A state may be large; what it begins with says which it is. */
const MAX_SHOWN = 2000;

function shown(state: FoldState): string {
  const text = JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
    return value;
  });
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
