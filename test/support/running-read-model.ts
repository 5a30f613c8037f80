/** Runs a read model over a log without a Nest application, and collects what its observer is told. */
import { setTimeout as pause } from 'node:timers/promises';
import { createActor } from 'xstate';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { ProjectionFault } from '../../src/runtime/projection/fault.js';
import type { RecoveryReport } from '../../src/runtime/projection/projection.machine.js';
import type {
  ReadModelObserver,
  TablesLocation,
} from '../../src/runtime/projection/read-models/any-read-model.js';
import type { SlowHandler } from '../../src/runtime/projection/read-models/handler-watch.js';
import type { ReadModelDefinition } from '../../src/runtime/projection/read-models/read-model-definition.js';
import { ReadModel } from '../../src/runtime/projection/read-models/read-model.js';
import { skipContracts } from '../../src/runtime/projection/skipping.js';

/** Nothing in a test may take longer, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface RunningReadModel<Database> {
  readonly readModel: ReadModel<Database>;
  readonly told: {
    readonly faults: ProjectionFault[];
    readonly unusable: string[];
    readonly away: string[];
    readonly recovered: RecoveryReport[];
    readonly slow: SlowHandler[];
  };
  /** Resolves once everything in the log is in the tables that answer. */
  readonly caughtUp: () => Promise<void>;
  /** Resolves once it has this status. */
  readonly is: (status: ReadModel['status']) => Promise<void>;
  readonly until: (isDone: () => boolean) => Promise<void>;
}

export function runReadModel<Database>(
  definition: ReadModelDefinition<Database>,
  log: EventLog,
  location: TablesLocation,
  slowHandlerMs?: number,
): RunningReadModel<Database> {
  const told: RunningReadModel<Database>['told'] = {
    faults: [],
    unusable: [],
    away: [],
    recovered: [],
    slow: [],
  };
  log.contracts.register([...definition.consumes, ...skipContracts]);
  const observer: ReadModelObserver = {
    recovered: (report) => told.recovered.push(report),
    resumed: () => undefined,
    wentBack: () => undefined,
    faulted: (fault) => told.faults.push(fault),
    unusable: (reason) => told.unusable.push(reason),
    databaseAway: (reason) => told.away.push(reason),
    slowHandler: (slow) => told.slow.push(slow),
  };
  const readModel = new ReadModel(definition, log, location, observer, () => new Date(), slowHandlerMs);
  const actor = createActor(readModel.lifecycle());
  readModel.runsAs(actor);
  actor.start();
  const until = async (isDone: () => boolean): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    while (!isDone()) {
      if (performance.now() > end)
        throw new Error(
          `${readModel.name} is ${readModel.status} at ${readModel.position}: ${told.faults[0]?.message ?? ''} ${told.away[0] ?? ''}`,
        );
      await pause(2);
    }
  };
  return {
    readModel,
    told,
    caughtUp: async () => {
      const head = await log.head();
      await until(() => readModel.status === 'following' && readModel.position >= head);
    },
    is: (status) => until(() => readModel.status === status),
    until,
  };
}
