/** A client that records and retracts entries as fast as it is answered, and remembers what was acknowledged. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.js';
import type { Server } from './server.js';

/** A request to record or retract and, if it was answered, the position at which it was recorded. */
export interface LoadRequest {
  /** Sent as the correlation id, by which its events can be recognised. */
  readonly id: string;
  readonly values: readonly string[];
  /** The position of the entry to retract; undefined when the request records. */
  readonly retracts: number | undefined;
  /** Its `Idempotency-Key`: a request with one is repeated when it was not answered, and sometimes when it was. */
  readonly key: string | undefined;
  readonly condition: LoadCondition | undefined;
  /** The first position that was acknowledged; undefined when no answer came. */
  readonly at: number | undefined;
  /** An answer came that says that nothing was recorded. */
  readonly isRefused: boolean;
}

/** Record only if no event with this tag has a position after this one. The event has the tag itself. */
export interface LoadCondition {
  readonly tag: string;
  readonly after: number;
}

interface Answer {
  readonly kind: 'recorded' | 'refused' | 'unknown' | 'gone';
  readonly at?: number | undefined;
  /** The store is away, and not the request at fault. */
  readonly isAway?: boolean;
}

/** No connection asks more often than this in one round. */
const MAX_REQUESTS = 500;

/** Values below this belong to nobody; each connection has so many of its own in all rounds together. */
const OWN_VALUES = 1_000_000;

/** Conditions of all connections are about these, so that many fail. */
const SLOTS = 3;

const RETRY_PAUSE_MS = 20;

export class Connection {
  readonly asked: LoadRequest[] = [];
  /** How many requests were answered with a success. */
  acknowledged = 0;
  #count = 0;
  #values = 0;
  /** Up to where this connection has seen the events of a slot. */
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly index: number,
    private readonly random: Random,
  ) {}

  /**
   * Asks until the server answers no more, or the signal says so. First it repeats what was not answered in the round before.
   *
   * @throws Error when it answers with something else than a success, a failed condition, or a store that is away
   */
  async load(server: Server, stop?: AbortSignal): Promise<void> {
    for (const index of this.#unanswered()) if (!(await this.#send(server, index, false))) return;
    for (let request = 0; request < MAX_REQUESTS && stop?.aborted !== true; request += 1) {
      const again = this.random.onceIn(15) ? this.#anyWithKey() : undefined;
      if (again === undefined) this.asked.push(this.#next());
      if (!(await this.#send(server, again ?? this.asked.length - 1, again === undefined))) return;
    }
  }

  /** @returns false when the server is gone */
  async #send(server: Server, index: number, isFirstAttempt: boolean): Promise<boolean> {
    const request = this.asked[index];
    if (request === undefined) throw new Error('there is no such request');
    const { kind, at, isAway = false } = await this.#ask(server, request);
    if (request.at !== undefined && at !== undefined && at !== request.at)
      throw new Error(`${request.id} was recorded at ${request.at}, and its repetition at ${at}`);
    // That nothing was recorded while the store is away is about this repetition.
    if (request.at !== undefined && kind === 'refused' && !isAway)
      throw new Error(`${request.id} was recorded at ${request.at}, and its repetition refused`);
    // Where a first attempt had no answer, what the store says of the second is about the second.
    const isRefused = kind === 'refused' && (isFirstAttempt || (!isAway && request.condition !== undefined));
    this.asked[index] = { ...request, at: request.at ?? at, isRefused };
    if (kind === 'unknown') await pause(RETRY_PAUSE_MS);
    return kind !== 'gone';
  }

  async #ask(server: Server, request: LoadRequest): Promise<Answer> {
    let answer: { readonly status: number; readonly body: string };
    try {
      const response = await send(server, request);
      answer = { status: response.status, body: await response.text() };
    } catch {
      return { kind: 'gone' }; // killed: what was asked for may have been recorded or not
    }
    const body = JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
    if (answer.status === 201) return this.#recorded(request, body['position'] ?? body['first']);
    if (answer.status === 409 && request.condition !== undefined && typeof body['position'] === 'number') {
      this.#seen.set(request.condition.tag, body['position']);
      return { kind: 'refused' };
    }
    if (answer.status === 503 && body['type'] === 'urn:leftfold:problem:store-unavailable')
      return {
        kind: String(body['detail']).includes('Nothing was recorded') ? 'refused' : 'unknown',
        isAway: true,
      };
    throw new Error(`${answer.status} to ${request.id}: ${answer.body}`);
  }

  #recorded({ id, condition }: LoadRequest, at: unknown): Answer {
    if (typeof at !== 'number') throw new Error(`an answer without a position to ${id}`);
    if (condition !== undefined) this.#seen.set(condition.tag, at);
    this.acknowledged += 1;
    return { kind: 'recorded', at };
  }

  #next(): LoadRequest {
    this.#count += 1;
    const id = `connection-${this.index}-request-${this.#count}`;
    const key = this.random.onceIn(3) ? id : undefined;
    const common = { id, key, condition: undefined, retracts: undefined, at: undefined, isRefused: false };
    const mine = this.#lastRecorded();
    if (mine !== undefined && this.random.onceIn(12)) return { ...common, values: [], retracts: mine };
    if (this.random.onceIn(6)) return { ...common, values: [this.#value()], condition: this.#condition() };
    const many = this.random.onceIn(4) ? this.random.integer(2, 9) : 1;
    return { ...common, values: Array.from({ length: many }, () => this.#value()) };
  }

  #value(): string {
    this.#values += 1;
    const value = this.index * OWN_VALUES + this.#values;
    return String(this.random.onceIn(2) ? -value : value);
  }

  #condition(): LoadCondition {
    const tag = `slot:${this.random.integer(1, SLOTS)}`;
    return { tag, after: this.#seen.get(tag) ?? 0 };
  }

  /** An entry of this connection that was acknowledged by the request before, which recorded it. */
  #lastRecorded(): number | undefined {
    const last = this.asked.at(-1);
    return last?.retracts === undefined ? last?.at : undefined;
  }

  #unanswered(): readonly number[] {
    return this.asked.flatMap(({ key, at, isRefused }, index) =>
      key !== undefined && at === undefined && !isRefused ? [index] : [],
    );
  }

  #anyWithKey(): number | undefined {
    const index = this.random.integer(0, Math.max(0, this.asked.length - 1));
    const request = this.asked[index];
    return request?.key !== undefined && request.at !== undefined ? index : undefined;
  }
}

/** Resolves once so many more requests were acknowledged to these connections together. */
export async function acknowledged(connections: readonly Connection[], more: number): Promise<void> {
  const total = (): number => connections.reduce((sum, each) => sum + each.acknowledged, 0);
  const wanted = total() + more;
  while (total() < wanted) await pause(2);
}

function send(server: Server, { id, key, values, retracts, condition }: LoadRequest): Promise<Response> {
  const headers = { 'x-correlation-id': id, ...(key !== undefined && { 'idempotency-key': key }) };
  if (retracts !== undefined)
    return server.post(`/entries/${retracts}/retraction`, { reason: 'a test' }, headers);
  if (condition !== undefined) return server.post('/events', conditional(values, condition), headers);
  const [only, ...others] = values;
  return server.post('/entries', others.length === 0 ? { value: only } : values, headers);
}

const conditional = (values: readonly string[], { tag, after }: LoadCondition): object => ({
  events: values.map((value) => ({ type: 'entry.recorded', data: { value }, tags: [tag] })),
  condition: { query: [{ tags: [tag] }], after },
});
