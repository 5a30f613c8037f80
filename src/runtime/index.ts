/** The public API of the library: `import { LeftfoldModule, defineProjection } from 'leftfold'`. */

// The module
export { LeftfoldModule, type FeatureOptions } from './leftfold.module.js';
export type {
  HttpParts,
  LeftfoldAsyncOptions,
  LeftfoldOptions,
  EntityOptions,
  ModelOptions,
  ReadModelOptions,
  SnapshotOptions,
  WorkerOptions,
} from './leftfold-options.js';
export type { ConsoleOptions } from './console/console-options.js';
export type { InspectOptions } from './http/inspect/inspect-options.js';
export type { PushOptions } from './http/push/websocket/push-options.js';
export { InvalidSetting } from './invalid-setting.js';
export { LeftfoldHealthIndicator, type LeftfoldHealth } from './leftfold-health-indicator.js';

// The event log
export { EventLog, type AppendOptions, type EventLogOptions } from './event-log/event-log.js';
export { EventStore, type StoreSize, type StoreStatus } from './event-log/event-store.js';
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
export type { Reliance } from './event-log/contracts/publishing/reliance.js';
export { MAX_COMMIT_EVENTS } from './event-log/contracts/checked-events.js';
export type {
  ConsumedState,
  Consumer,
  ConsumingFold,
  ContractRegistry,
} from './event-log/contracts/contract-registry.js';

// The write side
export {
  allows,
  defineDecider,
  type AnyDecider,
  type Command,
  type Decider,
  type DeciderDefinition,
  type DeciderHttp,
  type NoCommands,
} from './command/decider.js';
export type {
  CommandDefinition,
  CommandHttp,
  Commands,
  Decides,
  Decision,
  Recorded,
  Requested,
} from './command/commands.js';
export {
  decideTogether,
  type JointDecider,
  type JointDecision,
  type JointDefinition,
  type ModelsOf,
} from './command/decide-together.js';
export type { Claim, DecisionModel, Records, Subject } from './command/decision-model.js';
export {
  execute,
  executeTogether,
  load,
  type Commanded,
  type ExecuteOptions,
  type LoadedSubject,
} from './command/execute.js';
export { createAtPositions, executeMany, type ManyItem } from './command/execute-many.js';
export {
  inputSchema,
  type AnyInputSchema,
  type InputOf,
  type InputSchema,
  type OutputOf,
  type SchemaIssue,
  type SchemaResult,
} from './command/input-schema.js';
export { positionIds, subjectId, uuidV7, type SubjectIds } from './command/subject-ids.js';
export {
  sequenceOf,
  uniqueValues,
  type OwnerContext,
  type Sequence,
  type SequenceContext,
  type UniqueValues,
} from './command/unique.js';
export type { Claimed } from './command/unique.machine.js';
export { commandHandler, type BusCommand, type BusHandler } from './command/command-handler.js';
export { EventCannotBeFolded, type UnfoldableSubject } from './command/event-cannot-be-folded.js';
export { CommandContended } from './command/turns.js';
export type { AnyDecision } from './http/commands/served.js';
export type { Unhandled } from './projection/unhandled.js';
export type { Servable } from './http/commands/routes.js';

// Projections
export {
  defineProjection,
  type ProjectionDefinition,
  type ProjectionHttp,
  type View,
  type ViewSchema,
  type When,
} from './projection/define-projection.js';
export {
  defineEntityProjection,
  type EntitiesHttp,
  type EntityProjectionDefinition,
  type EntityRelation,
  type FaultScope,
  type Relations,
} from './projection/entities/define-entity-projection.js';
export { EntityProjection } from './projection/entities/entity-projection.js';
export type { Entity, EntityDigest, EntityFault, StoredEntity } from './projection/entities/entity.js';
export type { IndexKind } from './projection/entities/index-kinds.js';
export { AnyReadModel, type AnyReadModelDefinition } from './projection/read-models/any-read-model.js';
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
export { ProjectionHost, type AnyProjection } from './projection/projection-host.js';
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
