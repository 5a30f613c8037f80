/** Which projections a command folds, and what it folds them on: the log, and the snapshots beside it. */
import type { Command } from 'commander';
import { START, type Position } from '../runtime/event-log/event.js';
import type { JobControl } from '../runtime/projection/operations/run-job.js';
import {
  openDependencies,
  type OpenedDependencies,
} from '../runtime/projection/operations/worker-bootstrap.js';
import { rebuildStoreIn, snapshotStoreIn } from '../apps/data-folder.js';
import { contextsFor, withContextsOption, type ContextsOption } from './contexts.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { openForReading, type LogConfig, type LogOptions } from './opening.js';
import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

export interface ProjectionOptions extends LogOptions, ContextsOption {}

export function withProjectionOptions(command: Command): Command {
  return withContextsOption(command.argument('[projection...]', 'which ones (default: all)'));
}

export interface OpenedProjections extends OpenedDependencies {
  /** The ones that were asked for. */
  readonly names: readonly string[];
}

/**
 * Opens the log for reading, and finds the projections.
 *
 * @throws CommandFailed when there is no such projection, or the file of `--contexts` is not what it should be
 */
export async function openProjections(
  config: LogConfig,
  asked: readonly string[],
  options: ContextsOption,
  terminal: Terminal,
): Promise<OpenedProjections> {
  const grounds = await openDependencies({
    contexts: await contextsFor(options, terminal),
    openLog: () => openForReading(config),
    snapshotsOf: (projection) => snapshotStoreIn(config.data, projection),
    rebuildSnapshotsOf: (projection) => rebuildStoreIn(config.data, projection),
  });
  const unknown = asked.find((name) => !grounds.projections.includes(name));
  if (unknown !== undefined) {
    await grounds.close();
    const known = grounds.projections.join(', ') || 'none';
    throw new CommandFailed(`there is no projection ${unknown}; there are ${known}`, EXIT.usage);
  }
  return { ...grounds, names: asked.length > 0 ? asked : grounds.projections };
}

/** Folds up to where the head stands, showing how far it is. */
export function watching(head: Position, progress: Progress, terminal: Terminal): JobControl {
  return {
    target: () => head,
    now: terminal.now,
    afterSlice: async (position) => {
      terminal.interrupted.throwIfAborted();
      progress.to({ share: head === START ? 1 : position / head, done: position });
      await new Promise((resolve) => setImmediate(resolve)); // so that a signal is seen
    },
  };
}
