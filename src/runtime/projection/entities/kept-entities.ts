/** What a server has kept of an entity projection, read in another process beside it: on the command line. */
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Position } from '../../event-log/event.js';
import type { AuditJobResult } from '../operations/run-job.js';
import { skippedBy } from '../skipping.js';
import { EntitiesBeside, type BesideOptions } from './entity-beside.js';
import { isOfSameEvents, type Checkpoint } from './entity-checkpoint.js';
import {
  differencesOf,
  isOfSameEntities,
  isOfSameState,
  isOfSameView,
  isWhollySame,
  type Difference,
} from './entity-comparison.js';
import { DatabaseDamaged } from './database-damage.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import type { EntityDatabases, EntityReader, Shape } from './entity-database.js';
import { whyUnusable, type EntityPlace } from './entity-place.js';
import { hexadecimal } from './entity.js';

export interface KeptDependencies {
  readonly definition: EntityProjectionDefinition;
  readonly log: EventLog;
  /** Those of the server; only read here. */
  readonly kept: EntityDatabases;
  /** Where this process folds. */
  readonly place: EntityPlace;
  /** Whether both are databases of one kind: of others, indexed columns cannot be compared. */
  readonly isOneKind: boolean;
}

export interface KeptAudit extends AuditJobResult {
  /** Why nothing was compared. */
  readonly notCompared?: string;
}

/**
 * Folds the log from its beginning, and compares what the server has kept with it: as far as that goes, and up to the head where there
 * is nothing to compare.
 *
 * @throws Error when the log cannot be folded as far, or the server folds anew meanwhile
 */
export async function auditKept(dependencies: KeptDependencies, options: BesideOptions): Promise<KeptAudit> {
  const { definition, log, kept } = dependencies;
  const skipped = new Set(await skippedBy(log, definition.name));
  const found = await findKept(kept, definition);
  const notCompared =
    typeof found === 'string' ? found : await whyUnusable(found.checkpoint, definition, log, skipped);
  const beside = await EntitiesBeside.create(dependencies, skipped);
  try {
    if (typeof found === 'string' || notCompared !== undefined) {
      await beside.foldThrough(await log.head(), options);
      return {
        ...summaryOf(beside.checkpoint),
        checked: 0,
        ...(notCompared !== undefined && { notCompared }),
      };
    }
    await beside.foldThrough(found.checkpoint.position, options);
    return await reading(kept, found, definition, async (reader, checkpoint) => {
      await beside.foldThrough(checkpoint.position, options);
      if (!isOfSameEvents(beside.checkpoint, checkpoint)) throw foldedAnew(definition);
      const { signal } = options;
      const isSame = dependencies.isOneKind ? isWhollySame : isOfSameView;
      const differences = await differencesOf(reader, beside.folding.database, { signal, isSame });
      const isEqual = differences.length === 0 && isOfSameEntities(beside.checkpoint, checkpoint);
      const summary = { ...summaryOf(beside.checkpoint), checked: beside.checkpoint.entities };
      if (isEqual) return summary;
      const entities = differences.map(({ key }) => key);
      return { ...summary, drift: { after: START, upTo: checkpoint.position, of: 'snapshot', entities } };
    });
  } finally {
    await beside.discard();
  }
}

export interface EntityRehearsal {
  /** Of this code, at the head. */
  readonly beside: EntitiesBeside;
  /** What was compared; absent when there was nothing of this log. */
  readonly compared?: {
    readonly position: Position;
    readonly isSameDefinition: boolean;
    /** The first of them. */
    readonly differences: readonly Difference[];
  };
  /** Why nothing was compared. */
  readonly notCompared?: string;
}

/**
 * Folds the whole log with this code, and compares the states with those that a server has kept, by whatever code, at the position of
 * those. The caller discards or keeps what was folded.
 *
 * @throws FoldFailed when this code cannot fold the history
 */
export async function rehearseKept(
  dependencies: KeptDependencies,
  options: BesideOptions,
): Promise<EntityRehearsal> {
  const { definition, log, kept } = dependencies;
  const skipped = new Set(await skippedBy(log, definition.name));
  const found = await findKept(kept, ANY_SHAPE);
  const beside = await EntitiesBeside.create(dependencies, skipped);
  try {
    const head = await log.head();
    if (
      typeof found === 'string' ||
      found.checkpoint.log !== log.identity ||
      found.checkpoint.position > head
    ) {
      await beside.foldThrough(head, options);
      return { beside, notCompared: typeof found === 'string' ? found : 'what is kept is of another log' };
    }
    await beside.foldThrough(found.checkpoint.position, options);
    const compared = await reading(kept, found, ANY_SHAPE, async (reader, { position, fingerprint }) => {
      await beside.foldThrough(position, options);
      if (beside.checkpoint.position !== position) throw foldedAnew(definition);
      const { signal } = options;
      return {
        position,
        isSameDefinition: fingerprint === beside.checkpoint.fingerprint,
        differences: await differencesOf(reader, beside.folding.database, { signal, isSame: isOfSameState }),
      };
    });
    await beside.foldThrough(await log.head(), options);
    return { beside, compared };
  } catch (error) {
    await beside.discard();
    throw error;
  }
}

/** Whatever columns another definition has. */
const ANY_SHAPE: Shape = { index: {}, compound: [] };

interface Found {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** The one that answers. @returns why there is none */
async function findKept(kept: EntityDatabases, shape: Shape): Promise<Found | string> {
  let damage: string | undefined;
  for (const name of await kept.list()) {
    try {
      const reader = await kept.read(name, shape);
      const checkpoint = await reader.checkpoint().finally(() => reader.close());
      if (checkpoint?.serves === true) return { name, checkpoint };
    } catch (error) {
      if (!(error instanceof DatabaseDamaged)) throw error;
      damage ??= `${name} cannot be used (${error.message})`;
    }
  }
  return damage ?? 'nothing is kept';
}

/** A view of it as late as can be, since SQLite keeps all that is written while something reads an earlier one. */
async function reading<Result>(
  kept: EntityDatabases,
  { name }: Found,
  shape: Shape,
  work: (reader: EntityReader, checkpoint: Checkpoint) => Promise<Result>,
): Promise<Result> {
  const reader = await kept.read(name, shape);
  try {
    const checkpoint = await reader.checkpoint();
    if (checkpoint === undefined) throw new DatabaseDamaged(`${name} has no checkpoint`);
    return await work(reader, checkpoint);
  } finally {
    await reader.close();
  }
}

function summaryOf({ position, digest }: Checkpoint): Pick<AuditJobResult, 'position' | 'digest' | 'state'> {
  return { position, digest: hexadecimal(digest), state: hexadecimal(digest) };
}

function foldedAnew({ name }: { readonly name: string }): Error {
  return new Error(`the server has folded ${name} anew, or skips another event, meanwhile; ask again`);
}
