/** `leftfold/client/optimistic`: shows what a command would make of the state before it is recorded. Needs XState, as the machines do. */
export {
  CommandTimeout,
  type ExpectedEvent,
  type OptimisticCommand,
  type PendingCommand,
} from './command-queue.js';
export { Optimistic, createOptimistic, type OptimisticState } from './optimistic.js';
export { OtherVersion, type FoldedView } from './replica.js';
