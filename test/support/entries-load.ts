/** A client that records and retracts entries as fast as it is answered, and remembers what was acknowledged. */
import type { Random } from './random.js';
import type { Server } from './server.js';

/** A request to record or retract and, if it was answered, the position at which it was recorded. */
export interface LoadRequest {
  /** Sent as the correlation id, by which its events can be recognised. */
  readonly id: string;
  readonly values: readonly string[];
  /** The position of the entry to retract; undefined when the request records. */
  readonly retracts: number | undefined;
  /** The first position that was acknowledged; undefined when no answer came. */
  readonly at: number | undefined;
}

/** No connection asks more often than this in one round. */
const MAX_REQUESTS = 500;

/** Values below this belong to nobody; each connection has so many of its own in all rounds together. */
const OWN_VALUES = 1_000_000;

export class Connection {
  readonly asked: LoadRequest[] = [];
  #count = 0;

  constructor(
    private readonly index: number,
    private readonly random: Random,
  ) {}

  /** Asks until the server answers no more. @throws Error when it answers with something else than a success */
  async load(server: Server): Promise<void> {
    for (let request = 0; request < MAX_REQUESTS; request += 1) {
      const { at, gone } = await this.#ask(server, this.#next());
      if (gone) return;
      if (at === undefined) throw new Error('an answer without a position');
    }
  }

  async #ask(
    server: Server,
    next: Omit<LoadRequest, 'at'>,
  ): Promise<{ at: number | undefined; gone: boolean }> {
    let answer: { readonly status: number; readonly body: string };
    try {
      const response = await send(server, next);
      answer = { status: response.status, body: await response.text() };
    } catch {
      this.asked.push({ ...next, at: undefined }); // killed: what was asked for may have been recorded or not
      return { at: undefined, gone: true };
    }
    if (answer.status !== 201) throw new Error(`${answer.status} to ${next.id}: ${answer.body}`);
    const { position, first } = JSON.parse(answer.body) as { position?: number; first?: number };
    const at = position ?? first;
    this.asked.push({ ...next, at });
    return { at, gone: false };
  }

  #next(): Omit<LoadRequest, 'at'> {
    this.#count += 1;
    const id = `connection-${this.index}-request-${this.#count}`;
    const mine = this.#recorded();
    if (mine !== undefined && this.random.onceIn(12)) return { id, values: [], retracts: mine };
    const many = this.random.onceIn(4) ? this.random.integer(2, 9) : 1;
    return { id, values: Array.from({ length: many }, () => this.#value()), retracts: undefined };
  }

  #values = 0;

  #value(): string {
    this.#values += 1;
    const value = this.index * OWN_VALUES + this.#values;
    return String(this.random.onceIn(2) ? -value : value);
  }

  /** An entry of this connection that was acknowledged by the request before, which recorded it. */
  #recorded(): number | undefined {
    const last = this.asked.at(-1);
    return last?.retracts === undefined ? last?.at : undefined;
  }
}

function send(server: Server, { id, values, retracts }: Omit<LoadRequest, 'at'>): Promise<Response> {
  const headers = { 'x-correlation-id': id };
  if (retracts !== undefined)
    return server.post(`/entries/${retracts}/retraction`, { reason: 'a test' }, headers);
  const [only, ...others] = values;
  return server.post('/entries', others.length === 0 ? { value: only } : values, headers);
}
