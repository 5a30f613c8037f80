/** `leftfold audit`: holds the snapshots of projections against what the log folds to. */
import type { Command } from 'commander';
import { runJob, type AuditJobResult } from '../../runtime/projection/operations/run-job.js';
import { examples } from '../arguments.js';
import { CommandFailed } from '../exit-codes.js';
import { counted } from '../number-format.js';
import { logConfig, withLogOptions } from '../opening.js';
import { Progress } from '../progress.js';
import {
  openProjections,
  watching,
  withProjectionOptions,
  type OpenedProjections,
  type ProjectionOptions,
} from '../projections.js';
import { print, say, type Terminal } from '../terminal.js';

export function addAudit(program: Command, terminal: Terminal): void {
  withProjectionOptions(withLogOptions(program.command('audit')))
    .summary('fold the log again, and hold every snapshot against it')
    .description(
      'Folds the log from its beginning and compares at every snapshot that the same machine has made of it. Prints the ' +
        'position, the digest of the events that were folded and the SHA-256 of the state; two processes at one ' +
        'position agree when these do. Fails with 1 when a snapshot differs, and names the two positions between ' +
        'which that began. Changes nothing, and needs no server to be stopped.',
    )
    .addHelpText('after', examples('leftfold audit', 'leftfold audit sum', 'leftfold audit --data ./monday'))
    .action((names: readonly string[], options: ProjectionOptions) => audit(names, options, terminal));
}

async function audit(
  names: readonly string[],
  options: ProjectionOptions,
  terminal: Terminal,
): Promise<void> {
  const opened = await openProjections(logConfig(options, terminal), names, options, terminal);
  const drifted: string[] = [];
  try {
    for (const name of opened.names) {
      const { position, digest, state, checked, drift } = await audited(name, opened, options, terminal);
      if (drift === undefined) {
        await print(terminal, `${name} ${position} ${digest} ${state}\n`);
        if (options.quiet !== true) say(terminal, `${name}: ${compared(checked)}`);
      } else {
        drifted.push(
          `the snapshot of ${name} at ${drift.upTo} is not what the log folds to; up to ${drift.after} it was`,
        );
      }
    }
  } finally {
    await opened.close();
  }
  if (drifted.length > 0) throw new CommandFailed(drifted.join('; '));
}

const compared = (snapshots: number): string =>
  snapshots === 0
    ? 'there is no snapshot to compare'
    : `${counted(snapshots, 'snapshot')}, all of them what the log folds to`;

async function audited(
  name: string,
  opened: OpenedProjections,
  { quiet }: ProjectionOptions,
  terminal: Terminal,
): Promise<AuditJobResult> {
  const progress = new Progress(terminal, `audit ${name}`, 'events', quiet);
  const ground = opened.of(name);
  try {
    return await runJob<'audit'>(
      { kind: 'audit' },
      ground,
      watching(await ground.log.head(), progress, terminal),
    );
  } finally {
    progress.end();
  }
}
