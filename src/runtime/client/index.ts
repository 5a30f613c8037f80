/** `leftfold/client`: for programs and pages that use a server; needs neither Node nor a dependency. */
export {
  createClient,
  type Client,
  type ClientOptions,
  type ClientPaths,
  type OtherRequest,
} from './client.js';
export type {
  CommandAnswer,
  CommandOptions,
  CommandSender,
  DeciderClient,
  SubjectAnswer,
} from './commands.js';
export type { Live, LiveObserver, LiveSubscription } from './live.js';
export { ProblemError, isProblem, type ClientFault } from './problem-error.js';
export type * from './queries.js';
export type { RetryOptions } from './retries.js';
export {
  CredentialsFailed,
  UnexpectedAnswer,
  type ClientAnswer,
  type ClientRequest,
  type SingleRequest,
  type Credentials,
  type Transport,
  type TransportOptions,
} from './transport.js';
export type * from './types.js';
export type { EventsOptions, Watch, WatchSettings } from './watch.js';
