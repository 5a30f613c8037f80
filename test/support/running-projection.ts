/** Runs projections over a log without a Nest application, and collects their signals. */
import { createActor } from 'xstate';
import { position, type Position } from '../../src/runtime/event-log/event.js';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { ProjectionDefinition } from '../../src/runtime/projection/define-projection.js';
import { fingerprintIn } from '../../src/runtime/fold/machine-fingerprint.js';
import type { RecoveryReport } from '../../src/runtime/projection/projection.machine.js';
import { Projection } from '../../src/runtime/projection/projection.js';
import type { ProjectionFault } from '../../src/runtime/projection/projection.machine.js';
import { skipContracts } from '../../src/runtime/projection/skipping.js';
import { NoSnapshots, type SnapshotStore } from '../../src/runtime/projection/snapshots/snapshot-store.js';
import { Snapshots, type SnapshotPace } from '../../src/runtime/projection/snapshots/snapshots.js';

/** Nothing in a test may take longer, in milliseconds. */
const PATIENCE = 10_000;

export interface Running<Context> {
  readonly projection: Projection<Context>;
  readonly recovered: Promise<RecoveryReport>;
  /** Resolves when it has resumed for the first time. */
  readonly resumed: Promise<RecoveryReport>;
  /** Resolves with the first fault. */
  readonly faulted: Promise<ProjectionFault>;
  /** What the observers were told, in order. */
  readonly told: {
    readonly faults: ProjectionFault[];
    readonly taken: Position[];
    readonly unreadable: { readonly name: string; readonly reason: string }[];
    readonly failed: unknown[];
  };
  /** Resolves once it has folded so far. @throws Error when that takes too long */
  readonly reached: (wanted: number) => Promise<void>;
}

export interface RunOptions {
  readonly store?: SnapshotStore;
  readonly every?: number;
  readonly pace?: Partial<SnapshotPace>;
}

export function run<Context>(
  definition: ProjectionDefinition<Context>,
  log: EventLog,
  { store = new NoSnapshots(), every = 1_000_000, pace = {} }: RunOptions = {},
): Running<Context> {
  const told: Running<Context>['told'] = { faults: [], taken: [], unreadable: [], failed: [] };
  const recovered = later<RecoveryReport>();
  const resumed = later<RecoveryReport>();
  const faulted = later<ProjectionFault>();
  const snapshots = new Snapshots(
    store,
    { every, ...pace },
    log,
    () => fingerprintIn(log.contracts, definition),
    {
      saved: (at) => told.taken.push(at),
      unreadable: (name, reason) => told.unreadable.push({ name, reason }),
      failed: (error) => told.failed.push(error),
    },
  );
  log.contracts.register([...definition.consumes, ...skipContracts]);
  const projection = new Projection(definition, log, snapshots, {
    recovered: recovered.resolve,
    resumed: resumed.resolve,
    wentBack: () => undefined,
    faulted: (fault) => {
      told.faults.push(fault);
      faulted.resolve(fault);
    },
  });
  const actor = createActor(projection.lifecycle());
  projection.runsAs(actor);
  actor.start();
  return {
    projection,
    recovered: recovered.promise,
    resumed: resumed.promise,
    faulted: faulted.promise,
    told,
    reached: (wanted) => projection.reached(position(wanted), AbortSignal.timeout(PATIENCE)),
  };
}

export interface Later<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
}

/** A promise that the test resolves. */
export function later<Value>(): Later<Value> {
  const settle: { resolve?: (value: Value) => void } = {};
  const promise = new Promise<Value>((resolve) => {
    settle.resolve = resolve;
  });
  return { promise, resolve: (value) => settle.resolve?.(value) };
}
