/** Folds anew, once an event is skipped that is folded already, the entities that it is about; all others stay as they are. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { START, position, type Position, type RecordedEvent } from '../../event-log/event.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import type { Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { changeOf } from './entity-change.js';
import type { Checkpoint } from './entity-checkpoint.js';
import { foldable, followed, keysOrFault } from './entity-events.js';
import type { EntityFolding } from './entity-folding.js';
import { NONE_UNKEYED, withUnkeyed, type StoredEntity, type Unkeyed } from './entity.js';
import { PreparedChanges } from './prepared-changes.js';
import { TouchedEntities } from './touched-entities.js';

/** So many entities are written in one turn of the thread; of more, all are folded anew. */
export const MAX_REFOLDED_ENTITIES = 1000;
/** Of one time. For each the log is searched, and what was skipped before is found by trial. */
export const MAX_NEWLY_SKIPPED = 100;

/**
 * The events that were folded into what is kept, and are to be skipped now.
 *
 * @param skipped in the order in which they were recorded: what was known when it was folded are the first of them
 * @returns undefined when that cannot be told
 */
export function newlySkipped(
  { position: through, fingerprint }: Pick<Checkpoint, 'position' | 'fingerprint'>,
  skipped: Skipped,
): readonly Position[] | undefined {
  const inIt = [...skipped].filter((at) => at <= through);
  const machine = machineIn(fingerprint);
  const fewest = Math.max(inIt.length - MAX_NEWLY_SKIPPED, 0);
  for (let known = inIt.length; known >= fewest; known -= 1)
    if (fingerprintWithout(new Set(inIt.slice(0, known)), through, machine) === fingerprint)
      return inIt.slice(known);
  return undefined;
}

/**
 * Folds the entities of these events from the beginning of the log, without them, up to where all entities are, and writes them with the
 * checkpoint in one transaction. Everything that is folded is to be written before.
 *
 * That is all that a skip changes: an entity is folded from the events that have its key, whatever the others are.
 *
 * @returns how many entities there are of these events; undefined: nothing is changed, and all entities are to be folded anew, as they are too many, or one of
 *   them cannot be folded without the event where that stops the projection
 * @throws CheckpointMoved; what the log and the database do; the signal's reason once it is aborted
 */
export async function refoldWithout<Context>(
  folding: EntityFolding<Context>,
  log: EventLog,
  positions: readonly Position[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const { definition, database, checkpoint } = folding;
  const skipped = new Set([...folding.skipped, ...positions]);
  const keys = await keysAt(definition, log, positions);
  if (keys.size > MAX_REFOLDED_ENTITIES) return undefined;
  const states = await foldedAnew(definition, log, { keys, skipped, through: checkpoint.position, signal });
  const stored = new Map((await database.load([...keys])).map((entity) => [entity.key, entity]));
  const changes = states && changesOf(definition, checkpoint, { keys, stored, touched: states.touched });
  if (states === undefined || changes === undefined) return undefined;
  signal.throwIfAborted();
  const machine = fingerprintIn(log.contracts, definition);
  await folding.write(
    {
      changes,
      checkpoint: { ...checkpoint, ...changes.counts, unkeyed: states.unkeyed },
      faults: { entities: changes.stopped, unkeyed: [] },
      milliseconds: 0, // the thread was not held for them in one go
    },
    checkpoint.hash,
    fingerprintWithout(skipped, checkpoint.position, machine),
  );
  for (const at of positions) folding.skipped.add(at);
  return keys.size;
}

/** None of an event that the projection does not fold, or that is about no entity that could be told. */
async function keysAt<Context>(
  definition: EntityProjectionDefinition<Context>,
  log: EventLog,
  positions: readonly Position[],
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const at of positions) {
    for await (const page of log.read(followed(definition), { after: position(at - 1), through: at })) {
      for (const event of foldable(definition, page)) {
        const found = keysOrFault(definition, event);
        if ('keys' in found) for (const key of found.keys) keys.add(key);
      }
    }
  }
  return keys;
}

interface Asked {
  readonly keys: ReadonlySet<string>;
  readonly skipped: Skipped;
  readonly through: Position;
  readonly signal: AbortSignal;
}

/** Undefined where one of them cannot be folded, and that stops the projection. */
async function foldedAnew<Context>(
  definition: EntityProjectionDefinition<Context>,
  log: EventLog,
  { keys, skipped, through, signal }: Asked,
): Promise<{ readonly touched: TouchedEntities<Context>; readonly unkeyed: Unkeyed } | undefined> {
  let unkeyed = NONE_UNKEYED;
  const keysOf = (event: RecordedEvent): readonly string[] => {
    const found = keysOrFault(definition, event);
    if ('keys' in found) return found.keys.filter((key) => keys.has(key));
    if (definition.faultStops === 'projection') throw found.error;
    unkeyed = withUnkeyed(unkeyed, [found.fault]);
    return [];
  };
  const touched = new TouchedEntities<Context>({ ...definition, keysOf }, () => undefined);
  for await (const page of log.read(followed(definition), { after: START, through })) {
    signal.throwIfAborted();
    try {
      for (const event of foldable(definition, page)) if (!skipped.has(event.position)) touched.fold(event);
    } catch {
      return undefined; // it comes to light again, and is told, when all are folded anew
    }
    await nextTurn();
  }
  return { touched, unkeyed };
}

/** Undefined where a view fails, which stops every projection. */
function changesOf<Context>(
  definition: EntityProjectionDefinition<Context>,
  checkpoint: Checkpoint,
  entities: {
    readonly keys: ReadonlySet<string>;
    readonly stored: ReadonlyMap<string, StoredEntity>;
    readonly touched: TouchedEntities<Context>;
  },
): PreparedChanges | undefined {
  const changes = new PreparedChanges(checkpoint, [...entities.keys]);
  try {
    for (const key of entities.keys) {
      const { entity, original, snapshots = [] } = entities.touched.get(key) ?? {};
      if (entity !== undefined) changes.keep(snapshots, entity);
      const isThere = entity !== undefined && entity !== original && !definition.forgets(entity.state);
      changes.replace(key, entities.stored.get(key), isThere ? changeOf(definition, entity) : undefined);
    }
    return changes;
  } catch {
    return undefined;
  }
}
