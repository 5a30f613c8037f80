/** The projections that a command folds: its arguments, and opening the log and the snapshot stores that folding needs. */
import type { Command } from 'commander';
import { START, type Position } from '../runtime/event-log/event.js';
import type { JobControl } from '../runtime/projection/operations/run-job.js';
import {
  openDependencies,
  type OpenedDependencies,
} from '../runtime/projection/operations/worker-bootstrap.js';
import { rebuildStoreIn, snapshotStoreIn } from '../runtime/projection/snapshots/snapshot-folders.js';
import { loadContexts, withContextsOption, type ContextsOption } from './contexts-option.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { openLogForReading, type LogConfig, type LogOptions } from './log-options.js';
import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

export interface ProjectionOptions extends LogOptions, ContextsOption {}

export function withProjectionOptions(command: Command): Command {
  return withContextsOption(command.argument('[projection...]', 'which ones (default: all)'));
}

export interface OpenProjections extends OpenedDependencies {
  /** The selected ones, of one state and of many. */
  readonly names: readonly string[];
}

/**
 * Opens the log for reading and resolves the projections.
 *
 * @param requested their names; empty for all
 * @throws CommandFailed for an unknown projection or an invalid file of `--contexts`
 */
export async function openProjections(
  config: LogConfig,
  requested: readonly string[],
  options: ContextsOption,
  terminal: Terminal,
): Promise<OpenProjections> {
  const dependencies = await openDependencies({
    contexts: await loadContexts(options, terminal),
    openLog: () => openLogForReading(config),
    snapshotsOf: (projection) => snapshotStoreIn(config.data, projection),
    rebuildSnapshotsOf: (projection) => rebuildStoreIn(config.data, projection),
  });
  const all = [...dependencies.projections, ...dependencies.entityProjections.keys()];
  const unknown = requested.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    await dependencies.close();
    const known = all.join(', ') || 'none';
    throw new CommandFailed(`there is no projection ${unknown}; there are ${known}`, EXIT.usage);
  }
  return { ...dependencies, names: requested.length > 0 ? requested : all };
}

/** Makes a job fold up to `head`, show its progress, and stop when the command is interrupted. */
export function jobControl(head: Position, progress: Progress, terminal: Terminal): JobControl {
  return {
    target: () => head,
    now: terminal.now,
    afterSlice: async (position) => {
      terminal.interrupted.throwIfAborted();
      progress.update({ fraction: head === START ? 1 : position / head, done: position });
      await new Promise((resolve) => setImmediate(resolve)); // lets signal handlers run
    },
  };
}
