/** How a query is answered: waiting for a position, entity tags, and what a projection in trouble says. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { position, type Position } from '../../event-log/event.js';
import { matchesEntityTag, preferredWait } from '../../http/headers.js';
import { onlyKnown, wholeNumber, type QueryString } from '../../http/parameters.js';
import { Problem } from '../../http/problem.js';
import type { Projection } from '../projection.js';

export interface QueryRequest {
  readonly query: QueryString;
}

/** The state asked for is not there yet. */
export class NotYet extends Problem {
  constructor(detail: string, folded: Position) {
    super('unavailable', 'not-yet', 'The state asked for is not there yet', detail, {
      retryAfter: 1,
      extensions: { position: folded },
    });
  }
}

/**
 * Answers with what `body` makes of the projection, once it has folded what the client asks for with
 * `?after=`, for as long as it prefers to wait. The entity tag is the position, until a rebuild has replaced
 * the state at one.
 */
export function answered(
  projection: Projection,
  request: FastifyRequest & QueryRequest,
  reply: FastifyReply,
  body: () => string,
): Promise<void> | undefined {
  onlyKnown(request.query, ['after']);
  const after = wholeNumber(request.query, 'after');
  const wait = preferredWait(request.headers['prefer']);
  if (after === undefined || after <= projection.position) {
    answer(projection, request, reply, body);
    return undefined;
  }
  return reached(projection, position(after), wait, reply).then(() => {
    if (wait > 0) void reply.header('preference-applied', `wait=${wait}`);
    answer(projection, request, reply, body);
  });
}

function answer(
  projection: Projection,
  request: FastifyRequest,
  reply: FastifyReply,
  body: () => string,
): void {
  if (projection.status === 'recovering') {
    throw new NotYet(
      `${projection.name} is recovering; it has folded up to position ${projection.position}.`,
      projection.position,
    );
  }
  const { fault } = projection;
  if (fault !== undefined) void reply.header('leftfold-stale', String(fault.position));
  const entityTag = `"${projection.version}"`;
  const known = matchesEntityTag(request.headers['if-none-match'], entityTag);
  const content = known ? undefined : body();
  void reply
    .status(known ? 304 : 200)
    .header('etag', entityTag)
    .header('leftfold-position', String(projection.position))
    .header('cache-control', 'no-cache')
    .send(content);
}

async function reached(
  projection: Projection,
  wanted: Position,
  wait: number,
  reply: FastifyReply,
): Promise<void> {
  const { fault } = projection;
  if (fault !== undefined) {
    throw new NotYet(
      `${projection.name} stopped at position ${fault.position}, which it cannot fold, and will not get to ${wanted}.`,
      projection.position,
    );
  }
  const waiting = new AbortController();
  const giveUp = (): void => {
    waiting.abort();
  };
  const timer = setTimeout(giveUp, wait * 1000);
  reply.raw.once('close', giveUp); // the client is gone
  try {
    // However the wait ends, what counts is how far the projection has come.
    if (wait > 0) await projection.reached(wanted, waiting.signal).catch(() => undefined);
  } finally {
    clearTimeout(timer);
    reply.raw.removeListener('close', giveUp);
  }
  if (projection.position >= wanted) return;
  throw new NotYet(
    `${projection.name} has folded up to position ${projection.position}, not yet up to ${wanted}; ` +
      'ask again, or let the request wait with the header Prefer: wait=5.',
    projection.position,
  );
}
