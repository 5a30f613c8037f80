/** The public API of the library: `import { LeftfoldModule, defineProjection } from 'leftfold'`. */

// The module
export { LeftfoldModule, type FeatureOptions } from './leftfold.module.js';
export type {
  HttpParts,
  LeftfoldAsyncOptions,
  LeftfoldOptions,
  SnapshotOptions,
  WorkerOptions,
} from './leftfold-options.js';
export { InvalidSetting } from './invalid-setting.js';
export { LeftfoldHealthIndicator } from './leftfold-health-indicator.js';

// The event log
export { EventLog, type AppendOptions } from './event-log/event-log.js';
export { EventStore } from './event-log/event-store.js';
export {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type AppendCondition,
  type Commit,
  type CommitId,
  type Json,
  type Metadata,
  type NewCommit,
  type NewEvent,
  type Position,
  type Query,
  type QueryItem,
  type Range,
  type RecordedCommit,
  type RecordedEvent,
  type StoredEvent,
  type Tag,
} from './event-log/event.js';
export type { Signals } from './event-log/signals.js';
export {
  AppendConditionFailed,
  CommitIdReused,
  ContractBroken,
  EventUnreadable,
  InvalidValue,
  LogBusy,
  LogClosed,
  LogDamaged,
  LogInUse,
  StorageFull,
  StoreUnavailable,
} from './event-log/errors.js';

// Event contracts
export {
  defineEvent,
  type AnyContract,
  type EventContract,
  type RecordedOf,
} from './event-log/contracts/event-contract.js';

// The write side
export { allows, defineDecider, type Command, type Decider } from './command/decider.js';
export { decideTogether, type JointDecider } from './command/decide-together.js';
export { execute, load } from './command/execute.js';

// Projections
export { defineProjection, type ProjectionDefinition, type View } from './projection/define-projection.js';
export { InjectProjection } from './projection/inject-projection.js';
export { Operations } from './projection/operations/operations.js';
export { Projection } from './projection/projection.js';
export { ProjectionHost } from './projection/projection-host.js';
export { SnapshotStore } from './projection/snapshots/snapshot-store.js';
export { foldOf } from './fold/fold.js';
export type { Fold, FoldState } from './fold/fold-state.js';

// Problems
export { InvalidBody, Problem, type Fault, type ProblemKind } from './http/kernel/problem.js';

// Stores
export { MemoryStore } from './stores/memory.store.js';
export { StoreNotOpened, type StoreDriver, type StoreOptions } from './stores/drivers.js';
