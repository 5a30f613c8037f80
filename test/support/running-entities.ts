/** Runs an entity projection over a log without a Nest application, and collects what its observer is told. */
import { setTimeout as pause } from 'node:timers/promises';
import { createActor } from 'xstate';
import { position } from '../../src/runtime/event-log/event.js';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { EntityProjectionDefinition } from '../../src/runtime/projection/entities/define-entity-projection.js';
import type { EntityDatabases } from '../../src/runtime/projection/entities/entity-database.js';
import type { EntityFaults } from '../../src/runtime/projection/entities/entity-events.js';
import { EntityPlace } from '../../src/runtime/projection/entities/entity-place.js';
import { EntityProjection } from '../../src/runtime/projection/entities/entity-projection.js';
import { SqliteDatabases } from '../../src/runtime/projection/entities/sqlite/sqlite-databases.js';
import type { ProjectionFault } from '../../src/runtime/projection/fault.js';
import type { RecoveryReport } from '../../src/runtime/projection/projection.machine.js';
import { skipContracts } from '../../src/runtime/projection/skipping.js';

/** Nothing in a test may take longer, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface RunningEntities<Context> {
  readonly projection: EntityProjection<Context>;
  readonly told: {
    readonly faults: ProjectionFault[];
    readonly unusable: string[];
    /** How far rebuilds and audits had come that an earlier process did not end. */
    readonly interrupted: number[];
    /** Why something could not be removed after a rebuild. */
    readonly notCleared: string[];
    readonly troubles: (string | undefined)[];
    readonly recovered: RecoveryReport[];
    /** Of entities alone, while the projection went on. */
    readonly entityFaults: EntityFaults[];
    /** Positions that are skipped since they were folded, and how many entities were folded anew for that. */
    readonly refolded: { readonly skipped: readonly number[]; readonly entities: number }[];
  };
  /** Resolves once it has folded everything in the log. */
  readonly caughtUp: () => Promise<void>;
  /** Resolves once it has this status. */
  readonly is: (status: EntityProjection['status']) => Promise<void>;
  /** The view of an entity, and its position. */
  readonly view: (key: string) => Promise<unknown>;
}

/** @param where a folder, or other databases; default: in memory */
export function runEntities<Context>(
  definition: EntityProjectionDefinition<Context>,
  log: EventLog,
  where?: string | EntityDatabases,
): RunningEntities<Context> {
  const told: RunningEntities<Context>['told'] = {
    faults: [],
    unusable: [],
    interrupted: [],
    notCleared: [],
    troubles: [],
    recovered: [],
    entityFaults: [],
    refolded: [],
  };
  const databases = where === undefined || typeof where === 'string' ? new SqliteDatabases(where) : where;
  log.contracts.register([...definition.consumes, ...skipContracts]);
  const projection = new EntityProjection(definition, log, new EntityPlace(databases), {
    recovered: (report) => told.recovered.push(report),
    resumed: () => undefined,
    wentBack: () => undefined,
    faulted: (fault) => told.faults.push(fault),
    unusable: (reason) => told.unusable.push(reason),
    interrupted: (at) => told.interrupted.push(at),
    notCleared: (why) => told.notCleared.push(why),
    trouble: (why) => told.troubles.push(why),
    entityFaults: (faults) => told.entityFaults.push(faults),
    refolded: (skipped, entities) => told.refolded.push({ skipped, entities }),
  });
  const actor = createActor(projection.lifecycle());
  projection.runsAs(actor);
  actor.start();
  const until = async (isDone: () => boolean): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    while (!isDone()) {
      if (performance.now() > end)
        throw new Error(
          `${projection.name} is ${projection.status} at ${projection.position}: ${told.faults[0]?.message ?? ''}`,
        );
      await pause(2);
    }
  };
  return {
    projection,
    told,
    caughtUp: async () => {
      const head = await log.head();
      await until(() => projection.status === 'following' && projection.position >= position(head));
    },
    is: (status) => until(() => projection.status === status),
    view: async (key) => {
      const found = await projection.find(key);
      return found && { ...(JSON.parse(found.view) as object), position: found.position };
    },
  };
}
