/** The messages of the WebSocket protocol: what validates them, and what the AsyncAPI document says. */
import { z } from 'zod';
import { Problem, type Fault } from '../../kernel/problem.js';

const subscriptionId = z
  .string()
  .min(1)
  .max(255)
  .describe('Of the client’s own choice; of one subscription at a time');

const resumeAt = z
  .string()
  .describe('Where to resume: a position, as in 7, or 7.2 for the second part of an event');

export const SUBSCRIBE = z
  .strictObject({
    type: z.literal('subscribe'),
    id: subscriptionId,
    path: z
      .string()
      .min(1)
      .max(16_384)
      .describe('Path and query as GET has them: /events?type=number.recorded, /sum?after=7'),
    lastEventId: z
      .string()
      .max(64)
      .describe('The id of the last message that the client has; it counts before after')
      .optional(),
  })
  .meta({ title: 'Subscribe', description: 'Begins a subscription' });

export const UNSUBSCRIBE = z
  .strictObject({ type: z.literal('unsubscribe'), id: subscriptionId })
  .meta({ title: 'Unsubscribe', description: 'Ends a subscription' });

export const PING = z
  .strictObject({ type: z.literal('ping') })
  .meta({ title: 'Ping', description: 'For clients that cannot send ping frames; answered with pong' });

export const CLIENT_MESSAGE = z.discriminatedUnion('type', [SUBSCRIBE, UNSUBSCRIBE, PING]);

export type ClientMessage = z.infer<typeof CLIENT_MESSAGE>;

const END_REASONS = [
  'server-stopping',
  'not-reading',
  'log-went-back',
  'unreadable',
  'failed',
  'no-longer-allowed',
] as const;

export const SUBSCRIBED = z
  .strictObject({
    type: z.literal('subscribed'),
    id: subscriptionId,
    position: resumeAt.optional(),
  })
  .meta({ title: 'Subscribed', description: 'The subscription has begun; of events, after this position' });

export const NEXT = z
  .strictObject({
    type: z.literal('next'),
    id: subscriptionId,
    position: resumeAt,
    data: z.unknown().describe('What GET answers: an event, a view, an entity, a page of a list'),
  })
  .meta({ title: 'Next', description: 'A new event, or the newest state' });

export const PASSED = z
  .strictObject({ type: z.literal('passed'), id: subscriptionId, position: resumeAt })
  .meta({ title: 'Passed', description: 'Nothing up to this position was of interest' });

export const END = z
  .strictObject({
    type: z.literal('end'),
    id: subscriptionId,
    reason: z.enum(END_REASONS),
    detail: z.string().optional(),
  })
  .meta({ title: 'End', description: 'The server has ended the subscription' });

export const UNSUBSCRIBED = z
  .strictObject({ type: z.literal('unsubscribed'), id: subscriptionId })
  .meta({ title: 'Unsubscribed', description: 'Nothing more comes of the subscription' });

export const PONG = z.strictObject({ type: z.literal('pong') }).meta({ title: 'Pong' });

export const REFUSED = z
  .strictObject({
    type: z.literal('problem'),
    id: subscriptionId.describe('Absent where the message had none').optional(),
    problem: z
      .looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
      .describe('RFC 9457'),
  })
  .meta({ title: 'Refused', description: 'A message was not acceptable; the connection goes on' });

export const SERVER_MESSAGES = [SUBSCRIBED, NEXT, PASSED, END, UNSUBSCRIBED, PONG, REFUSED] as const;

export type ServerMessage = z.infer<(typeof SERVER_MESSAGES)[number]>;

export class InvalidMessage extends Problem {
  constructor(faults: readonly Fault[]) {
    const detail = faults.map(({ pointer = '#', detail: what }) => `${pointer}: ${what}`).join(' ');
    super('invalid', 'invalid-message', 'The message is not acceptable', detail, { faults });
  }
}

export class SubscriptionExists extends Problem {
  constructor(id: string) {
    const detail = `There is a subscription ${JSON.stringify(id)} on this connection; take another id, or unsubscribe first.`;
    super('conflict', 'subscription-exists', 'The id is in use', detail);
  }
}

export class NoSuchSubscription extends Problem {
  constructor(id: string) {
    const detail = `There is no subscription ${JSON.stringify(id)} on this connection; it may have ended.`;
    super('not-found', 'no-such-subscription', 'There is no such subscription', detail);
  }
}

export class NoSuchStream extends Problem {
  constructor(path: string) {
    const detail = `${JSON.stringify(path)} cannot be subscribed to in this process; events, projections, entities and their lists can, by the path and query that GET has.`;
    super('not-found', 'no-such-stream', 'There is no such stream', detail);
  }
}

/** Its requests are handed on, and with them event streams; subscriptions are not. */
export class ServedElsewhere extends Problem {
  constructor(path: string, context: string) {
    const detail = `${JSON.stringify(path)} is of ${context}, which another process serves: subscribe at /push of that process, or ask this one for an event stream, by GET with Accept: text/event-stream.`;
    super('misdirected', 'served-elsewhere', 'Another process serves this', detail);
  }
}

export class TooManySubscriptions extends Problem {
  constructor(most: number) {
    const detail = `A connection has at most ${most} subscriptions; end some of them, or open another connection.`;
    super('too-many-requests', 'too-many-subscriptions', 'There are too many subscriptions', detail);
  }
}
