/** The library's front: what an application imports to record events, decide commands and serve states. */
export { LeftfoldModule, type FeatureOptions } from './leftfold.module.js';
export type {
  HttpParts,
  LeftfoldAsyncOptions,
  LeftfoldOptions,
  SnapshotOptions,
  WorkerOptions,
} from './leftfold-options.js';
export { InvalidSetting } from './invalid-setting.js';

export { EventLog } from './event-log/event-log.js';
export { EventStore } from './event-log/event-store.js';
export { AppendConditionFailed } from './event-log/errors.js';
export {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type AppendCondition,
  type Commit,
  type CommitId,
  type NewEvent,
  type Position,
  type Query,
  type Range,
  type RecordedEvent,
  type Tag,
} from './event-log/event.js';
export {
  defineEvent,
  type AnyContract,
  type EventContract,
  type RecordedOf,
} from './event-log/contracts/event-contract.js';

export { defineProjection, type ProjectionDefinition } from './projection/define-projection.js';
export { InjectProjection } from './projection/inject-projection.js';
export { Projection } from './projection/projection.js';

export { allows, defineDecider, type Command, type Decider } from './command/decider.js';
export { decideTogether } from './command/decide-together.js';
export { execute, load } from './command/execute.js';

export { InvalidBody, Problem, type Fault } from './http/kernel/problem.js';
