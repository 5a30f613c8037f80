/** What is done to an entity projection beside its serving: a rebuild that takes its place, and an audit. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Page, Position } from '../../event-log/event.js';
import type { AuditReport } from '../operations/audit.js';
import type { Drift } from '../operations/comparison-points.js';
import type { RebuildReport } from '../operations/rebuild.js';
import { isSkip } from '../skipping.js';
import { EntityDatabase } from './entity-database.js';
import { digestOfEntity, hexadecimal, type StoredEntity } from './entity.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityProjection } from './entity-projection.js';

export interface EntityOperationOptions {
  readonly onProgress: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

/** So many events are written in one transaction. */
const BATCH_EVENTS = 4_000;
/** So many entities are compared before other work gets its turn. */
const COMPARED_ENTITIES = 200;
/** The most keys that a drift names. */
const MAX_NAMED = 10;

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
  const beside = await besideOf(live);
  try {
    for (;;) {
      await foldThrough(beside, live, live.position, options);
      await live.written();
      // In one turn: nothing is folded meanwhile.
      if (beside.checkpoint.position === live.position) break;
    }
    const equal = beside.checkpoint.digest === live.folding.checkpoint.digest;
    const { position } = beside.checkpoint;
    await live.replaceBy(beside);
    return {
      position,
      resumedFrom: 0 as Position,
      equal,
      milliseconds: Math.round(performance.now() - began),
    };
  } catch (error) {
    await discard(beside, live);
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
  const beside = await besideOf(live);
  let reader: EntityDatabase | undefined;
  try {
    await foldThrough(beside, live, live.position, options);
    // Late, since SQLite keeps all that is written while something reads an earlier view of it.
    await live.written();
    const { file } = live.folding.database;
    const { position, digest } = live.folding.checkpoint;
    const isRolledRight = (): boolean => beside.checkpoint.digest === digest;
    let differing: readonly string[] = [];
    if (file !== undefined) {
      reader = await EntityDatabase.open(file, live.definition);
      reader.beginReading();
      const at = reader.checkpoint()?.position ?? position;
      await foldThrough(beside, live, at, options);
      differing = await differingKeys(reader, beside, options.signal);
    } else await foldThrough(beside, live, position, options);
    const at = beside.checkpoint.position;
    const isEqual = differing.length === 0 && (at !== position || isRolledRight());
    const drift: Drift | undefined = isEqual
      ? undefined
      : {
          after: 0 as Position,
          upTo: at,
          of: 'live state',
          ...(differing.length > 0 && { entities: differing }),
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
    reader?.close();
    await discard(beside, live);
  }
}

function besideOf<Context>({
  place,
  definition,
  log,
  skipped,
}: EntityProjection<Context>): Promise<EntityFolding<Context>> {
  return place.create(definition, log, new Set(skipped), false);
}

async function discard<Context>(
  beside: EntityFolding<Context>,
  live: EntityProjection<Context>,
): Promise<void> {
  const { file } = beside.database;
  beside.database.close();
  if (file !== undefined) await live.place.remove(file);
}

async function foldThrough<Context>(
  beside: EntityFolding<Context>,
  live: EntityProjection<Context>,
  end: Position,
  { onProgress, signal }: EntityOperationOptions,
): Promise<void> {
  if (beside.checkpoint.position >= end) return;
  const skipped = new Set(live.skipped);
  const isConsumed = live.definition.consumes.some(isSkip);
  for await (const page of live.log.followPages(live.followed, beside.checkpoint.position, signal)) {
    const events = page.events.filter((event) => event.position <= end && (isConsumed || !isSkip(event)));
    const clipped: Page = { events, through: page.through < end ? page.through : end };
    beside.take(clipped);
    if (beside.pending >= BATCH_EVENTS || clipped.through === end) {
      const failure = await live.place.write(beside, live.log, skipped);
      if (failure !== undefined) throw failure;
      onProgress(beside.checkpoint.position, () => live.position);
    }
    if (clipped.through === end) return;
    await nextTurn();
  }
}

/** Of entities that are not the same in both, or whose digest is not that of their content. */
async function differingKeys<Context>(
  kept: EntityDatabase,
  beside: EntityFolding<Context>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const differing: string[] = [];
  let after = '';
  for (;;) {
    signal.throwIfAborted();
    const [mine, right] = [kept, beside.database].map((each) => each.entitiesAfter(after, COMPARED_ENTITIES));
    if (mine === undefined || right === undefined) break;
    const byKey = new Map(mine.map((entity) => [entity.key, entity]));
    const end = right.length === COMPARED_ENTITIES ? right.at(-1)?.key : undefined;
    for (const entity of right) {
      if (!isSame(byKey.get(entity.key), entity)) differing.push(entity.key);
      byKey.delete(entity.key);
    }
    // What is beyond the last one may come in the next page of the other.
    for (const key of byKey.keys()) if (end === undefined || isBefore(key, end)) differing.push(key);
    if (differing.length >= MAX_NAMED || end === undefined) break;
    after = end;
    await nextTurn();
  }
  return differing.slice(0, MAX_NAMED);
}

/** In SQLite's order, which is that of the bytes of UTF-8. */
const isBefore = (key: string, end: string): boolean =>
  Buffer.compare(Buffer.from(key), Buffer.from(end)) <= 0;

function isSame(kept: StoredEntity | undefined, right: StoredEntity): boolean {
  return kept?.digest === right.digest && kept.view === right.view && digestOfEntity(kept) === right.digest;
}
