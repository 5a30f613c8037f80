/** What the log holds of the requests of a load, and how that differs from what was promised to them. */
import type { LoadRequest } from './entries-load.js';
import { referenceOf } from './entries-reference.js';
import type { Server } from './server.js';

export interface StoredEntry {
  readonly position: number;
  readonly type: string;
  readonly tags: readonly string[];
  readonly data: { readonly value: string; readonly entry?: number };
  readonly commit: string;
  readonly metadata: { readonly correlationId: string };
}

/** What came of the requests, after a restart. */
export interface Found {
  readonly events: readonly StoredEntry[];
  readonly byRequest: ReadonlyMap<string, readonly StoredEntry[]>;
  readonly asked: readonly LoadRequest[];
}

export async function readFound(server: Server, asked: readonly LoadRequest[]): Promise<Found> {
  const response = await server.fetch('/events', { headers: { accept: 'application/x-ndjson' } });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const events = lines.map((line) => JSON.parse(line) as StoredEntry);
  const byRequest = new Map<string, StoredEntry[]>();
  for (const event of events) {
    const { correlationId } = event.metadata;
    const siblings = byRequest.get(correlationId);
    if (siblings === undefined) byRequest.set(correlationId, [event]);
    else siblings.push(event);
  }
  return { events, byRequest, asked };
}

const expectedAt = ({ values, retracts }: LoadRequest, at: number): readonly unknown[] =>
  retracts === undefined
    ? values.map((value, index) => ({ position: at + index, type: 'entry.recorded', value }))
    : [{ position: at, type: 'entry.retracted', entry: retracts }];

const foundOf = (events: readonly StoredEntry[] = []): readonly unknown[] =>
  events.map(({ position, type, data }) =>
    type === 'entry.recorded' ? { position, type, value: data.value } : { position, type, entry: data.entry },
  );

const differs = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);

/** Requests whose acknowledged events are not there, once, where they were acknowledged. */
export function unfulfilledAcknowledgements({ asked, byRequest }: Found): readonly unknown[] {
  return asked.flatMap((request) => {
    if (request.at === undefined) return [];
    const expected = expectedAt(request, request.at);
    const found = foundOf(byRequest.get(request.id));
    return differs(expected, found) ? [{ expected, found }] : [];
  });
}

/** Requests without an answer of which something was recorded, but not all of it, in one piece. */
export function halfCommits({ asked, byRequest }: Found): readonly unknown[] {
  return asked.flatMap((request) => {
    const events = byRequest.get(request.id);
    const first = events?.[0];
    if (request.at !== undefined || first === undefined) return [];
    const found = foundOf(events);
    const isOneCommit = events?.every((event) => event.commit === first.commit) === true;
    return !isOneCommit || differs(expectedAt(request, first.position), found) ? [{ request, found }] : [];
  });
}

/** Requests of which something was recorded, although they were told that nothing was. */
export const recordedRefusals = ({ asked, byRequest }: Found): readonly unknown[] =>
  asked.filter(({ id, isRefused }) => isRefused && byRequest.has(id));

/** Appends that were recorded although their condition did not hold. */
export function brokenConditions({ events, asked, byRequest }: Found): readonly unknown[] {
  return asked.filter(({ id, condition }) => {
    const at = byRequest.get(id)?.[0]?.position;
    if (condition === undefined || at === undefined) return false;
    const { tag, after } = condition;
    return events.slice(after, at - 1).some(({ tags }) => tags.includes(tag));
  });
}

/** Positions of events that do not follow the one before. */
export const gaps = ({ events }: Found): readonly StoredEntry[] =>
  events.filter(({ position }, index) => position !== index + 1);

/** Events that nobody asked for. */
export function unasked({ asked, byRequest }: Found): readonly string[] {
  const ids = new Set(asked.map(({ id }) => id));
  return [...byRequest.keys()].filter((id) => !ids.has(id));
}

export async function statesOf(server: Server, head: number): Promise<unknown> {
  const prefer = { headers: { prefer: 'wait=30' } };
  const balance = (await server.json(`/balance?after=${head}`, prefer)) as { value: string; count: number };
  const factor = await server.fetch(`/factor/value?after=${head}`, prefer);
  return { balance: balance.value, count: balance.count, factor: await factor.text() };
}

/** The same, of a full fold of the log without any of the code that is tested. */
export function expectedStates({ events }: Found): unknown {
  const { balance, factor, count } = referenceOf(events);
  return { balance: String(balance), count, factor: String(factor) };
}
