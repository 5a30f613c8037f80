/** What a client that asks for the stream of a projection has already. */
import type { EventLog } from '../../event-log/event-log.js';
import { StoreUnavailable } from '../../event-log/errors.js';
import { queryOf, varyBy, type Headers, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { readLastPosition } from '../push/event-stream-request.js';
import type { SeenState } from '../push/states-source.js';
import { readPlace, staleSince, type QueriedProjection } from './query.js';

/** A stream of a state of the past would never have a second message. */
export class PastDoesNotChange extends InvalidParameter {
  constructor() {
    super('at', 'What was does not change; ask for it without Accept: text/event-stream.');
  }
}

/**
 * `Last-Event-ID` counts before `?after=`.
 *
 * @throws InvalidParameter for `?at=`: the past does not change
 * @throws InvalidHeader
 */
export async function readSeenState(
  request: HttpRequest,
  projection: Pick<QueriedProjection, 'position'>,
  log: Pick<EventLog, 'head' | 'knownHead'>,
): Promise<SeenState> {
  const query = queryOf(request);
  refuseUnknownParameters(query, ['after', 'at']);
  const { after, point } = readPlace(query);
  if (point !== undefined) throw new PastDoesNotChange();
  return seenState(readLastPosition(request.headers), after, projection, log);
}

/** @returns nothing seen, where the client has the state at a position that the log has lost: what is now replaces it */
export async function seenState(
  last: SeenState['last'],
  after: SeenState['after'],
  projection: Pick<QueriedProjection, 'position'>,
  log: Pick<EventLog, 'head' | 'knownHead'>,
): Promise<SeenState> {
  if (last === undefined) return { after };
  if (last <= projection.position) return { last };
  return last <= (await headOf(log)) ? { last } : {};
}

/** While the log is away it is taken to have what was seen of it. */
async function headOf(log: Pick<EventLog, 'head' | 'knownHead'>): Promise<number> {
  try {
    return await log.head();
  } catch (error) {
    if (error instanceof StoreUnavailable) return Infinity;
    throw error;
  }
}

export function streamHeaders(projection: QueriedProjection, response: HttpResponse): Headers {
  const stale = staleSince(projection);
  return {
    'leftfold-position': String(projection.position),
    vary: varyBy(response, 'Accept'),
    ...(stale !== undefined && { 'leftfold-stale': stale }),
  };
}
