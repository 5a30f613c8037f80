/** What is done to an entity projection beside its serving: a rebuild that takes its place, and an audit. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { START, type Position } from '../../event-log/event.js';
import type { AuditReport } from '../operations/audit.js';
import type { Drift } from '../operations/comparison-points.js';
import type { RebuildReport } from '../operations/rebuild.js';
import { EntitiesBeside, type BesideOptions } from './entity-beside.js';
import { isOfSameEvents } from './entity-checkpoint.js';
import { differencesOf, isOfSameEntities } from './entity-comparison.js';
import { DatabaseClosed, DatabaseDamaged } from './database-damage.js';
import { retried } from './database-trouble.js';
import { analyzed, type EntityDatabase, type EntityReader } from './entity-database.js';
import { hexadecimal } from './entity.js';
import type { EntityProjection } from './entity-projection.js';

export interface EntityOperationOptions {
  readonly onProgress: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
  /** Folds most of the log in another process, into the database of this name. Default: all of it is folded here. */
  readonly foldElsewhere?: (database: string) => Promise<unknown>;
}

/**
 * Folds everything anew into a database of its own while the present one answers, then puts it in its place.
 *
 * @throws Error when the log cannot be folded as far, or an event is skipped meanwhile; nothing is changed then
 */
export async function rebuildEntities<Context>(
  live: EntityProjection<Context>,
  options: EntityOperationOptions,
): Promise<RebuildReport> {
  const began = performance.now();
  const beside = await EntitiesBeside.create(live, live.skipped);
  const { position, equal, before } = await putInPlace(beside, live, options).catch(
    async (error: unknown) => {
      await abandon(beside, live, options).catch(() => undefined); // what is left is removed at the next start
      throw error;
    },
  );
  try {
    await before?.close();
    // Unless it was found damaged since, and another one was begun.
    if (live.folding.database.name === beside.name) await live.place.removeOthers(beside.name);
  } catch (error) {
    live.notCleared(error);
  }
  const milliseconds = Math.round(performance.now() - began);
  return { position, resumedFrom: START, equal, milliseconds };
}

interface Replaced {
  readonly position: Position;
  readonly equal: boolean;
  readonly before: EntityDatabase | undefined;
}

async function putInPlace<Context>(
  beside: EntitiesBeside<Context>,
  live: EntityProjection<Context>,
  options: EntityOperationOptions,
): Promise<Replaced> {
  if (options.foldElsewhere !== undefined) await beside.foldElsewhere(options.foldElsewhere);
  await beside.foldThrough(live.position, towards(live, options));
  await analyzed(beside.folding.database);
  for (;;) {
    await beside.foldThrough(live.position, towards(live, options));
    await live.written(options.signal);
    const { position, digest } = beside.checkpoint;
    if (live.position < position) throw foldedAnew(live);
    const replace = (): Promise<Replaced | undefined> =>
      live.exclusively(async () => {
        options.signal.throwIfAborted();
        if (!live.isWritten || live.position !== position) return undefined;
        const equal = digest === live.folding.checkpoint.digest;
        return { position, equal, before: await live.replaceBy(beside.folding) };
      });
    const replaced = await retried(replace, { signal: options.signal });
    if (replaced !== undefined) return replaced;
    await nextTurn();
  }
}

/**
 * Removes what was folded beside, also while it is closed for a worker process. Where the answer to its commit was lost, it may serve:
 * users' view would be dropped with it, so the present one is shown again before.
 */
async function abandon<Context>(
  beside: EntitiesBeside<Context>,
  live: EntityProjection<Context>,
  { signal }: EntityOperationOptions,
): Promise<void> {
  if (await retried(() => isServing(beside), { signal }))
    await live.exclusively(() => live.folding.database.serve());
  await retried(() => beside.discard(), { signal });
}

async function isServing<Context>({ folding }: EntitiesBeside<Context>): Promise<boolean> {
  try {
    return (await folding.database.checkpoint())?.serves === true;
  } catch (error) {
    // It was never open since a worker had it, or cannot be read: neither has been told to serve.
    if (error instanceof DatabaseClosed || error instanceof DatabaseDamaged) return false;
    throw error;
  }
}

/**
 * Folds everything anew beside, and compares each entity, what is kept of it and the digest of all. Changes nothing but the
 * projection's `drift`. In memory, the digest alone.
 */
export async function auditEntities<Context>(
  live: EntityProjection<Context>,
  options: EntityOperationOptions,
): Promise<AuditReport> {
  const began = performance.now();
  const beside = await EntitiesBeside.create(live, live.skipped);
  let reader: EntityReader | undefined;
  try {
    if (options.foldElsewhere !== undefined) await beside.foldElsewhere(options.foldElsewhere);
    await beside.foldThrough(live.position, towards(live, options));
    // Late, since SQLite keeps all that is written while something reads an earlier view of it.
    await live.written(options.signal);
    const folding = await live.exclusively(async () => {
      // Otherwise a rebuild may put another database in the place of this one before it is read.
      reader = await live.folding.database.reader();
      return live.folding;
    });
    const kept = (await reader?.checkpoint()) ?? folding.checkpoint;
    await beside.foldThrough(kept.position, towards(live, options));
    if (!isOfSameEvents(beside.checkpoint, kept)) throw foldedAnew(live);
    const at = kept.position;
    const differing =
      reader === undefined
        ? []
        : await differencesOf(readingOf(live, reader), beside.folding.database, { signal: options.signal });
    const isEqual = differing.length === 0 && isOfSameEntities(beside.checkpoint, kept);
    const drift: Drift | undefined = isEqual
      ? undefined
      : {
          after: START,
          upTo: at,
          of: 'live state',
          ...(differing.length > 0 && { entities: differing.map(({ key }) => key) }),
        };
    live.audited(drift);
    return {
      position: at,
      checked: beside.checkpoint.entities,
      digest: hexadecimal(beside.checkpoint.digest),
      state: hexadecimal(beside.checkpoint.digest),
      ...(drift !== undefined && { drift }),
      milliseconds: Math.round(performance.now() - began),
    };
  } finally {
    try {
      await reader?.close();
    } finally {
      await beside.discard();
    }
  }
}

function towards<Context>(
  live: EntityProjection<Context>,
  { onProgress, signal }: EntityOperationOptions,
): BesideOptions {
  return {
    signal,
    afterWrite: (position) => {
      onProgress(position, () => live.position);
    },
  };
}

/** Of what was folded beside, nothing can be used. */
function foldedAnew({ name }: { readonly name: string }): Error {
  return new Error(`${name} was folded anew, or skips another event, meanwhile; ask again`);
}

/** Pages of what is kept. Where the file is found damaged, the live projection folds anew. */
function readingOf<Context>(
  live: EntityProjection<Context>,
  reader: EntityReader,
): Pick<EntityReader, 'entitiesAfter'> {
  return { entitiesAfter: (after, limit) => live.reading(() => reader.entitiesAfter(after, limit)) };
}
