/** What is done to a read model beside its serving: a rebuild that takes its place, and an audit. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Page, type Position } from '../../event-log/event.js';
import type { AuditReport } from '../operations/audit.js';
import type { Drift } from '../operations/comparison-points.js';
import type { RebuildReport } from '../operations/rebuild.js';
import type { ProjectionStatus } from '../projection.machine.js';
import { isSkip } from '../skipping.js';
import type { AnsweringTables } from './answering-tables.js';
import type { ReadModelOperationOptions } from './any-read-model.js';
import type { ReadModelDefinition } from './read-model-definition.js';
import { followed, type ReadModelFollower } from './read-model-follower.js';
import type { ReadModelFolding } from './read-model-folding.js';
import type { ReadModelTables } from './read-model-tables.js';
import type { ReadingConnection, TableDigest, Tables } from './tables.js';
import { SELECT_CHECKPOINT, checkpointOf, type TablesCheckpoint } from './tables-checkpoint.js';

/** A running read model, as operations see it. */
export interface OperatedReadModel<Database> {
  readonly definition: ReadModelDefinition<Database>;
  readonly log: EventLog;
  readonly kept: ReadModelTables<Database>;
  readonly answering: AnsweringTables;
  readonly follower: ReadModelFollower<Database>;
  readonly status: () => ProjectionStatus;
}

type Digests = ReadonlyMap<string, TableDigest>;

/**
 * Builds new tables while the present ones answer, then puts them in their place.
 *
 * @throws Error when the log cannot be handled as far, or an event is skipped meanwhile; nothing is changed then
 */
export async function rebuildTables<Database>(
  live: OperatedReadModel<Database>,
  options: ReadModelOperationOptions,
): Promise<RebuildReport> {
  const began = performance.now();
  const { follower, kept } = live;
  const { skipped } = settledFolding(live);
  const beside = await kept.beside(skipped);
  try {
    await foldThrough(beside, live, settledFolding(live).checkpoint.position, options);
    // From here on nothing is handled meanwhile by this process.
    const equal = await follower.turns.run(async () => {
      const present = settledFolding(live);
      await foldThrough(beside, live, present.checkpoint.position, options);
      if (!isOfSameEvents(beside.checkpoint, present.checkpoint)) throw changedMeanwhile(live);
      const isEqual = await areEqual(present.tables, beside.tables, options.signal);
      await follower.replaceBy(beside);
      return isEqual;
    });
    kept.release(beside.tables);
    const { position } = beside.checkpoint;
    return { position, resumedFrom: START, equal, milliseconds: Math.round(performance.now() - began) };
  } catch (error) {
    if (follower.folding !== beside) await kept.discard(beside.tables);
    throw error;
  }
}

/** Builds tables beside, and compares all rows of both. Reports what it finds; changes nothing. */
export async function auditTables<Database>(
  live: OperatedReadModel<Database>,
  options: ReadModelOperationOptions,
): Promise<AuditReport> {
  const began = performance.now();
  const { kept, answering } = live;
  const present = settledFolding(live);
  const beside = await kept.beside(present.skipped);
  try {
    await foldThrough(beside, live, present.checkpoint.position, options);
    // Late, since a view keeps what is written later from being tidied up.
    const connection = await answering.connection();
    try {
      await connection.begin();
      const seen = await checkpointSeen(connection);
      await foldThrough(beside, live, seen.position, options);
      const { tables } = answering;
      if (tables === undefined || !isOfSameEvents(beside.checkpoint, seen)) throw changedMeanwhile(live);
      const [is, shouldBe] = [
        await tables.digests(connection, options.signal),
        await digestsOf(beside.tables, options.signal),
      ];
      const differing = differingTables(is, shouldBe);
      const drift: Drift | undefined =
        differing.length === 0
          ? undefined
          : { after: START, upTo: seen.position, of: 'live state', tables: differing };
      return {
        position: seen.position,
        checked: [...shouldBe.values()].reduce((sum, { rows }) => sum + rows, 0),
        digest: digestOf(shouldBe),
        state: digestOf(shouldBe),
        ...(drift !== undefined && { drift }),
        milliseconds: Math.round(performance.now() - began),
      };
    } finally {
      await connection.release();
    }
  } finally {
    await kept.discard(beside.tables);
  }
}

/** @throws Error while it is being built */
function settledFolding<Database>({
  follower,
  definition,
  status,
}: OperatedReadModel<Database>): ReadModelFolding<Database> {
  const { folding } = follower;
  if (folding !== undefined && (status() === 'following' || status() === 'faulted')) return folding;
  throw new Error(`${definition.name} is ${status()}; ask again once it follows the log`);
}

async function foldThrough<Database>(
  beside: ReadModelFolding<Database>,
  { definition, log, follower }: OperatedReadModel<Database>,
  end: Position,
  { onProgress, signal }: ReadModelOperationOptions,
): Promise<void> {
  if (beside.checkpoint.position >= end) return;
  const isConsumed = definition.consumes.some(isSkip);
  for await (const page of log.followPages(followed(definition), beside.checkpoint.position, signal)) {
    const events = page.events.filter((event) => event.position <= end && (isConsumed || !isSkip(event)));
    const clipped: Page = { events, through: page.through < end ? page.through : end };
    await beside.take(clipped, signal);
    onProgress(beside.checkpoint.position, () => follower.folding?.checkpoint.position ?? end);
    if (clipped.through === end) return;
    await nextTurn();
  }
  throw new Error('the log was closed');
}

function isOfSameEvents(one: TablesCheckpoint, other: TablesCheckpoint): boolean {
  return one.position === other.position && one.hash === other.hash && one.fingerprint === other.fingerprint;
}

function changedMeanwhile({
  definition: { name },
}: {
  readonly definition: { readonly name: string };
}): Error {
  return new Error(`${name} was built anew, or skips another event, meanwhile; ask again`);
}

async function checkpointSeen(connection: ReadingConnection): Promise<TablesCheckpoint> {
  const { rows } = await connection.executeQuery<object>({ sql: SELECT_CHECKPOINT, parameters: [] } as never);
  return checkpointOf(rows[0] ?? {});
}

async function areEqual(one: Tables, other: Tables, signal: AbortSignal): Promise<boolean> {
  return differingTables(await digestsOf(one, signal), await digestsOf(other, signal)).length === 0;
}

async function digestsOf(tables: Tables, signal: AbortSignal): Promise<Digests> {
  const connection = await tables.reading();
  try {
    await connection.begin();
    return await tables.digests(connection, signal);
  } finally {
    await connection.release();
  }
}

/** The names of those that are not in both, or whose rows differ. */
function differingTables(one: Digests, other: Digests): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (name) => JSON.stringify(one.get(name)) !== JSON.stringify(other.get(name)),
  );
}

function digestOf(tables: Digests): string {
  const sorted = [...tables].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
