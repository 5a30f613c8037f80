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
export { LeftfoldHealthIndicator, type LeftfoldHealth } from './leftfold-health-indicator.js';

// The event log
export { EventLog, type AppendOptions, type EventLogOptions } from './event-log/event-log.js';
export { EventStore, type StoreStatus } from './event-log/event-store.js';
export {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type AppendCondition,
  type Commit,
  type Branded,
  type CommitId,
  type EventContent,
  type Json,
  type Metadata,
  type NewCommit,
  type NewEvent,
  type Page,
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
  PositionNotInLog,
  CommitIdReused,
  ConditionTooCostly,
  ContractBroken,
  EventUnreadable,
  InvalidValue,
  LogBusy,
  LogClosed,
  LogDamaged,
  LogFilesReplaced,
  LogInUse,
  LogWentBack,
  StorageFull,
  StoreUnavailable,
  TypeNotOpen,
  WriterLeaseLost,
} from './event-log/errors.js';

// Event contracts
export {
  defineEvent,
  type AnyContract,
  type EarlierRevision,
  type EventContract,
  type Example,
  type NewEventOf,
  type NextRevision,
  type RecordedOf,
  type Revision,
  type Upcasted,
  type Upcaster,
} from './event-log/contracts/event-contract.js';
export { MAX_COMMIT_EVENTS } from './event-log/contracts/checked-events.js';
export type {
  ConsumedState,
  Consumer,
  ConsumingFold,
  ContractRegistry,
} from './event-log/contracts/contract-registry.js';

// The write side
export { allows, defineDecider, type Command, type Decider } from './command/decider.js';
export { decideTogether, type JointDecider } from './command/decide-together.js';
export type { DecisionModel, Subject } from './command/decision-model.js';
export { execute, load, type ExecuteOptions, type LoadedSubject } from './command/execute.js';
export { CommandContended } from './command/turns.js';

// Projections
export {
  defineProjection,
  type ProjectionDefinition,
  type View,
  type When,
} from './projection/define-projection.js';
export { InjectProjection } from './projection/inject-projection.js';
export { foldOf, type ContextOf, type Machine } from './fold/fold.js';
export type { ActionRun, Fold, FoldEvent, FoldState, StateValue } from './fold/fold-state.js';
export type { ProjectionFault } from './projection/fault.js';
export { FoldFailed, type Folded, type Skipped } from './projection/folding.js';
export type { AuditReport } from './projection/operations/audit.js';
export type { Drift } from './projection/operations/comparison-points.js';
export type { Job, JobStatus } from './projection/operations/job.js';
export { Operations } from './projection/operations/operations.js';
export type { RebuildReport } from './projection/operations/rebuild.js';
export { AfterHead, CannotBeFolded, CannotBeWithout, PastBusy } from './projection/past/past-problems.js';
export type { FoldOptions, Past, PastPoint, WhatIf } from './projection/past/past.js';
export { Projection } from './projection/projection.js';
export { ProjectionHost } from './projection/projection-host.js';
export type { ProjectionStatus } from './projection/projection.machine.js';
export type { RuntimeActor } from './projection/runtime.machine.js';
export {
  NoSnapshots,
  SnapshotStore,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
  type UnreadableSnapshot,
} from './projection/snapshots/snapshot-store.js';

// Problems
export { InvalidBody, Problem, type Fault, type ProblemKind } from './http/kernel/problem.js';

// Stores
export { MemoryStore } from './stores/memory.store.js';
export { StoreNotOpened, type StoreDriver, type StoreOptions } from './stores/drivers.js';
