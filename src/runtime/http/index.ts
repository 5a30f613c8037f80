/** For controllers of one's own: problems, exact bodies, query strings, retries that are safe, and answers from projections. */
export { completeApi } from './api-document.js';
export { linkToCommit } from './events/page-request.js';
export { commitOptions, type CommitOptions } from './events/idempotency.js';
export {
  BODY_LIMIT,
  BodyTooLarge,
  FORM_TYPE,
  JSON_TYPE,
  MalformedBody,
  NDJSON_TYPE,
  UnsupportedEncoding,
  UnsupportedMediaType,
  bodyProblems,
  readBody,
  type BodyOptions,
} from './kernel/bodies.js';
export { ExactBody } from './kernel/exact-body.js';
export { InexactNumber } from './kernel/exact-json.js';
export {
  JSON_UTF_8,
  queryOf,
  send,
  sendChunks,
  sendJson,
  whileConnected,
  varyBy,
  type Headers,
  type HttpRequest,
  type FastifyResponse,
  type HttpResponse,
} from './kernel/exchange.js';
export { NotAcceptable, matchesEntityTag, negotiate, preferredWait } from './kernel/headers.js';
export { AccessGuard, Gate } from '../access/gate.js';
export { RequireScope } from '../access/required-scope.js';
export { callerOf, requireScope, type Caller } from '../access/caller.js';
export type { RequiredScope, Scope } from '../access/scopes.js';
export { OriginGuard } from './kernel/origin.guard.js';
export {
  ForeignOrigin,
  MisdirectedRequest,
  OriginPolicy,
  type OriginOptions,
  type OriginRequest,
} from './kernel/origin-policy.js';
export { parseBody } from './kernel/json-faults.js';
export type { Chunk } from './kernel/thread-turns.js';
export { Links } from './kernel/links.js';
export {
  refuseUnknownParameters,
  manyValues,
  oneValue,
  wholeNumber,
  type QueryString,
} from './kernel/parameters.js';
export { PROBLEM_HEADERS, ProblemFilter, type ProblemHeaders } from './kernel/problem.filter.js';
export type { RecentProblem, RecentProblems } from './kernel/recent-problems.js';
export type { ProblemDocument } from './kernel/problem-document.js';
export {
  InvalidBody,
  InvalidHeader,
  InvalidParameter,
  Problem,
  pointer,
  problemType,
  type Fault,
  type ProblemKind,
  type ProblemOptions,
} from './kernel/problem.js';
export {
  ApiEndpoint,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  apiPosition,
  apiTime,
  type Answer,
  type Content,
  type Endpoint,
  type DescribedEndpoint,
} from './kernel/api-docs.js';
export { schemaOf, type Schema } from './kernel/api-schema.js';
export { APPENDING_PROBLEMS, READING_PROBLEMS } from './events/log-problems.js';
export { apiCommand } from './projections/projections.docs.js';
export { ApiTextQuery } from './projections/projection.docs.js';
export type { Representation, ProjectedState } from './projections/as-of.js';
export { NotYet, answerQuery, type QueriedProjection } from './projections/query.js';
export { answerReadModel, type ReadModelQuery, type ReadTables } from './projections/read-model.js';
export { PushStreams } from './push/push-streams.js';
export type { PushConnection } from './push/push-connection.js';
export type { EndReason, PushMessage, PushSource } from './push/push-source.js';
