/** `leftfold rehearse`: folds the existing log with new code before that code is deployed. */
import type { Command } from 'commander';
import type { FoldState } from '../../runtime/fold/fold-state.js';
import { runRehearsal, type RehearsalReport } from '../../runtime/projection/operations/rehearsal.js';
import { ownSnapshotStoreIn, rehearsedStoreIn } from '../../runtime/projection/snapshots/snapshot-folders.js';
import { helpExamples } from '../arguments.js';
import { CommandFailed } from '../exit-codes.js';
import type { EntityProjectionDefinition } from '../../runtime/projection/entities/define-entity-projection.js';
import { checkOnce, rehearseAndKeep, type RehearsalSummary } from '../entity-folds.js';
import { logConfig, withLogOptions, type LogConfig } from '../log-options.js';
import { Progress } from '../progress.js';
import {
  openProjections,
  jobControl,
  withProjectionOptions,
  type OpenProjections,
  type ProjectionOptions,
} from '../open-projections.js';
import { printResult, printMessage, type Terminal } from '../terminal.js';

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
      helpExamples(
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
  const projections = await openProjections(config, names, options, terminal);
  const different: string[] = [];
  try {
    for (const name of projections.names) {
      const definition = projections.entityProjections.get(name);
      if (definition !== undefined) {
        const isEqual = await rehearseEntities(definition, { config, projections, options, terminal });
        if (!isEqual) different.push(name);
        continue;
      }
      // Without the snapshots of an earlier rehearsal: those are from this code and would be compared with itself.
      const dependencies = { ...projections.of(name), snapshots: ownSnapshotStoreIn(config.data, name) };
      const progress = new Progress(terminal, `rehearse ${name}`, 'events', options.quiet);
      let rehearsal: RehearsalReport;
      try {
        rehearsal = await runRehearsal(
          dependencies,
          jobControl(await dependencies.log.head(), progress, terminal),
        );
      } finally {
        progress.end();
      }
      await printResult(terminal, formatRehearsal(name, rehearsal));
      if (rehearsal.compared?.isEqual === false) different.push(name);
      if (options.check === true) continue;
      await rehearsedStoreIn(config.data, name).save(rehearsal.snapshot);
      if (options.quiet !== true)
        printMessage(terminal, `${name}: a snapshot at ${rehearsal.snapshot.position} is kept`);
    }
  } finally {
    await projections.close();
  }
  if (options.check === true && different.length > 0)
    throw new CommandFailed(`${different.join(', ')}: this code folds the history to another state`);
}

interface EntityRehearsing {
  readonly config: LogConfig;
  readonly projections: OpenProjections;
  readonly options: RehearseOptions;
  readonly terminal: Terminal;
}

/** @returns whether nothing differs */
async function rehearseEntities(
  definition: EntityProjectionDefinition,
  { config, projections, options, terminal }: EntityRehearsing,
): Promise<boolean> {
  const { name } = definition;
  const progress = new Progress(terminal, `rehearse ${name}`, 'events', options.quiet);
  const control = jobControl(await projections.log.head(), progress, terminal);
  const fold = { config, projections, definition, control, terminal };
  // A server takes over files in its folder, and no tables.
  const isKept = options.check !== true && config.entities === 'data';
  const rehearsal = await (isKept ? rehearseAndKeep(fold) : checkOnce(fold)).finally(() => {
    progress.end();
  });
  await printResult(terminal, formatEntityRehearsal(name, rehearsal));
  if (options.check !== true && options.quiet !== true)
    printMessage(
      terminal,
      isKept
        ? `${name}: its entities at ${rehearsal.position} are kept`
        : `${name}: nothing is kept, as its entities are in PostgreSQL`,
    );
  return rehearsal.compared === undefined || rehearsal.compared.differences.length === 0;
}

/** Of those that differ the first is shown, and the keys of some others. */
function formatEntityRehearsal(name: string, rehearsal: RehearsalSummary): string {
  const { position: at, compared, notCompared } = rehearsal;
  if (compared === undefined) return `${name} ${at} nothing to compare with: ${notCompared ?? ''}\n`;
  const { position, isSameDefinition, differences } = compared;
  const which = isSameDefinition ? 'the same definition' : 'another definition';
  const [first] = differences;
  if (first === undefined) return `${name} ${at} equal at ${position}, ${which}\n`;
  const keys = differences.map(({ key }) => key).join(', ');
  const states = [first.kept, first.right].map((entity) => (entity ? formatState(entity.state) : 'none'));
  return `${name} ${at} different at ${position}, ${which}: ${keys}\n- ${states[0] ?? ''}\n+ ${states[1] ?? ''}\n`;
}

function formatRehearsal(name: string, { snapshot, compared }: RehearsalReport): string {
  if (compared === undefined) return `${name} ${snapshot.position} nothing to compare with\n`;
  const { position, machine, isEqual, before, after } = compared;
  const which = machine === snapshot.machine ? 'the same machine' : 'another machine';
  if (isEqual) return `${name} ${snapshot.position} equal at ${position}, ${which}\n`;
  return `${name} ${snapshot.position} different at ${position}, ${which}\n- ${formatState(before)}\n+ ${formatState(after)}\n`;
}

/** Large states are cut off: the beginning is enough to recognise them. */
const MAX_STATE_CHARACTERS = 2000;

function formatState(state: FoldState): string {
  const text = JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
    return value;
  });
  return text.length > MAX_STATE_CHARACTERS ? `${text.slice(0, MAX_STATE_CHARACTERS)}…` : text;
}
