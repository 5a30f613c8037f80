/** What is done to an entity projection beside its serving: a rebuild that takes its place, and an audit. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { START, type Page, type Position } from '../../event-log/event.js';
import type { AuditReport } from '../operations/audit.js';
import type { Drift } from '../operations/comparison-points.js';
import type { RebuildReport } from '../operations/rebuild.js';
import { isSkip } from '../skipping.js';
import { isOfSameEvents, type Checkpoint } from './entity-checkpoint.js';
import type { EntityDatabase, EntityReader, KeptEntity } from './entity-database.js';
import { digestOfEntity, hexadecimal } from './entity.js';
import { followed } from './entity-follower.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityProjection } from './entity-projection.js';

export interface EntityOperationOptions {
  readonly onProgress: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

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
  const { position, equal, before } = await putInPlace(beside, live, options).catch(
    async (error: unknown) => {
      await discard(beside, live);
      throw error;
    },
  );
  await before?.close();
  await live.place.removeOthers(beside.database.name);
  const milliseconds = Math.round(performance.now() - began);
  return { position, resumedFrom: START, equal, milliseconds };
}

async function putInPlace<Context>(
  beside: EntityFolding<Context>,
  live: EntityProjection<Context>,
  options: EntityOperationOptions,
): Promise<{
  readonly position: Position;
  readonly equal: boolean;
  readonly before: EntityDatabase | undefined;
}> {
  for (;;) {
    await foldThrough(beside, live, live.position, options);
    await live.written(options.signal);
    const { position, digest } = beside.checkpoint;
    if (live.position < position) throw foldedAnew(live);
    const replaced = await live.exclusively(async () => {
      if (!live.isWritten || live.position !== position) return undefined;
      const equal = digest === live.folding.checkpoint.digest;
      return { position, equal, before: await live.replaceBy(beside) };
    });
    if (replaced !== undefined) return replaced;
    await nextTurn();
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
  let reader: EntityReader | undefined;
  try {
    await foldThrough(beside, live, live.position, options);
    // Late, since SQLite keeps all that is written while something reads an earlier view of it.
    await live.written(options.signal);
    const { folding } = live;
    reader = await folding.database.reader();
    const kept = (await reader?.checkpoint()) ?? folding.checkpoint;
    await foldThrough(beside, live, kept.position, options);
    if (!isOfSameEvents(beside.checkpoint, kept)) throw foldedAnew(live);
    const at = kept.position;
    const differing =
      reader === undefined ? [] : await differingKeys(readingOf(live, reader), beside, options.signal);
    const isEqual = differing.length === 0 && isOfSameEntities(beside.checkpoint, kept);
    const drift: Drift | undefined = isEqual
      ? undefined
      : {
          after: START,
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
    await reader?.close();
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
  await beside.database.close();
  await live.place.remove(beside.database.name);
}

async function foldThrough<Context>(
  beside: EntityFolding<Context>,
  live: EntityProjection<Context>,
  end: Position,
  { onProgress, signal }: EntityOperationOptions,
): Promise<void> {
  if (beside.checkpoint.position >= end) return;
  const isConsumed = live.definition.consumes.some(isSkip);
  for await (const page of live.log.followPages(
    followed(live.definition),
    beside.checkpoint.position,
    signal,
  )) {
    const events = page.events.filter((event) => event.position <= end && (isConsumed || !isSkip(event)));
    const clipped: Page = { events, through: page.through < end ? page.through : end };
    await beside.take(clipped);
    if (beside.isFull || clipped.through === end) {
      const failure = await live.place.write(beside, live.log);
      if (failure !== undefined) throw failure;
      onProgress(beside.checkpoint.position, () => live.position);
    }
    if (clipped.through === end) return;
    await nextTurn();
  }
  throw new Error('the log was closed');
}

/** Of what was folded beside, nothing can be used. */
function foldedAnew({ name }: { readonly name: string }): Error {
  return new Error(`${name} was folded anew, or skips another event, meanwhile; ask again`);
}

function isOfSameEntities(one: Checkpoint, other: Checkpoint): boolean {
  return one.digest === other.digest && one.entities === other.entities && one.faulted === other.faulted;
}

/** Pages of what is kept. Where the file is found damaged, the live projection folds anew. */
function readingOf<Context>(
  live: EntityProjection<Context>,
  reader: EntityReader,
): (after: string) => Promise<readonly KeptEntity[]> {
  return (after) => live.reading(() => reader.entitiesAfter(after, COMPARED_ENTITIES));
}

/** Of entities that are not the same in both, or whose digest is not that of their content. */
async function differingKeys<Context>(
  keptAfter: (key: string) => Promise<readonly KeptEntity[]>,
  beside: EntityFolding<Context>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const differing: string[] = [];
  for (let after: string | undefined = ''; after !== undefined && differing.length < MAX_NAMED;) {
    signal.throwIfAborted();
    const mine = await keptAfter(after);
    const right = await beside.database.entitiesAfter(after, COMPARED_ENTITIES);
    const end = firstOf([mine, right].map(lastOfFullPage));
    // What is beyond the end may come in the next page of the other.
    const [compared, expected] = [mine, right].map((page) => byKeyUpTo(page, end));
    for (const key of new Set([...(expected?.keys() ?? []), ...(compared?.keys() ?? [])]))
      if (!isSame(compared?.get(key), expected?.get(key))) differing.push(key);
    after = end;
    await nextTurn();
  }
  return differing.slice(0, MAX_NAMED);
}

/** Undefined: there are no entities after those of the page. */
function lastOfFullPage(page: readonly KeptEntity[]): string | undefined {
  return page.length === COMPARED_ENTITIES ? page.at(-1)?.key : undefined;
}

function firstOf(keys: readonly (string | undefined)[]): string | undefined {
  return keys.filter((key) => key !== undefined).toSorted(compareKeys)[0];
}

function byKeyUpTo(page: readonly KeptEntity[], end: string | undefined): ReadonlyMap<string, KeptEntity> {
  const within = page.filter(({ key }) => end === undefined || compareKeys(key, end) <= 0);
  return new Map(within.map((entity) => [entity.key, entity]));
}

/** In SQLite's order, which is that of the bytes of UTF-8. */
const compareKeys = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

function isSame(kept: KeptEntity | undefined, right: KeptEntity | undefined): boolean {
  if (kept === undefined || right === undefined) return false;
  return (
    kept.digest === right.digest &&
    kept.view === right.view &&
    kept.columns.every((value, place) => value === right.columns[place]) &&
    digestOfEntity(kept) === right.digest
  );
}
