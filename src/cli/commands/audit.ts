/** `leftfold audit`: folds the log again and compares the snapshots of projections with the result. */
import type { Command } from 'commander';
import { runJob, type AuditJobResult } from '../../runtime/projection/operations/run-job.js';
import { helpExamples } from '../arguments.js';
import { CommandFailed } from '../exit-codes.js';
import { formatCount } from '../number-format.js';
import type { EntityProjectionDefinition } from '../../runtime/projection/entities/define-entity-projection.js';
import { auditOnce } from '../entity-folds.js';
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

export function addAudit(program: Command, terminal: Terminal): void {
  withProjectionOptions(withLogOptions(program.command('audit')))
    .summary('fold the log again, and hold every snapshot against it')
    .description(
      'Folds the log from its beginning and compares at every snapshot that the same machine has made of it. Prints the ' +
        'position, the digest of the events that were folded and the SHA-256 of the state; two processes at one ' +
        'position agree when these do. Fails with 1 when a snapshot differs, and names the two positions between ' +
        'which that began. Changes nothing, and needs no server to be stopped.',
    )
    .addHelpText(
      'after',
      helpExamples('leftfold audit', 'leftfold audit sum', 'leftfold audit --data ./monday'),
    )
    .action((names: readonly string[], options: ProjectionOptions) => audit(names, options, terminal));
}

async function audit(
  names: readonly string[],
  options: ProjectionOptions,
  terminal: Terminal,
): Promise<void> {
  const projections = await openProjections(logConfig(options, terminal), names, options, terminal);
  const drifted: string[] = [];
  try {
    const config = logConfig(options, terminal);
    for (const name of projections.names) {
      const definition = projections.entityProjections.get(name);
      if (definition !== undefined) {
        const drift = await auditEntities(definition, { config, projections, options, terminal });
        if (drift !== undefined) drifted.push(drift);
        continue;
      }
      const { position, digest, state, checked, drift } = await auditProjection(
        name,
        projections,
        options,
        terminal,
      );
      if (drift === undefined) {
        await printResult(terminal, `${name} ${position} ${digest} ${state}\n`);
        if (options.quiet !== true) printMessage(terminal, `${name}: ${comparisonSummary(checked)}`);
      } else {
        drifted.push(
          `the snapshot of ${name} at ${drift.upTo} is not what the log folds to; up to ${drift.after} it was`,
        );
      }
    }
  } finally {
    await projections.close();
  }
  if (drifted.length > 0) throw new CommandFailed(drifted.join('; '));
}

interface EntityAudit {
  readonly config: LogConfig;
  readonly projections: OpenProjections;
  readonly options: ProjectionOptions;
  readonly terminal: Terminal;
}

/** @returns what differs */
async function auditEntities(
  definition: EntityProjectionDefinition,
  { config, projections, options, terminal }: EntityAudit,
): Promise<string | undefined> {
  const { name } = definition;
  const progress = new Progress(terminal, `audit ${name}`, 'events', options.quiet);
  const control = jobControl(await projections.log.head(), progress, terminal);
  const audit = await auditOnce({ config, projections, definition, control, terminal }).finally(() => {
    progress.end();
  });
  const { position, digest, state, checked, drift, notCompared } = audit;
  if (drift !== undefined) {
    const keys = drift.entities?.join(', ') ?? '';
    return `the entities of ${name} at ${drift.upTo} are not what the log folds to${keys && `: ${keys}`}`;
  }
  await printResult(terminal, `${name} ${position} ${digest} ${state}\n`);
  if (options.quiet !== true)
    printMessage(
      terminal,
      notCompared === undefined
        ? `${name}: ${formatCount(checked, 'entity', 'entities')}, all of them what the log folds to`
        : `${name}: nothing was compared: ${notCompared}`,
    );
  return undefined;
}

const comparisonSummary = (snapshots: number): string =>
  snapshots === 0
    ? 'there is no snapshot to compare'
    : `${formatCount(snapshots, 'snapshot')}, all of them what the log folds to`;

async function auditProjection(
  name: string,
  projections: OpenProjections,
  { quiet }: ProjectionOptions,
  terminal: Terminal,
): Promise<AuditJobResult> {
  const progress = new Progress(terminal, `audit ${name}`, 'events', quiet);
  const dependencies = projections.of(name);
  try {
    return await runJob<'audit'>(
      { kind: 'audit' },
      dependencies,
      jobControl(await dependencies.log.head(), progress, terminal),
    );
  } finally {
    progress.end();
  }
}
