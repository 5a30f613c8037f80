/** The tests' own server of amounts, and what it answers with. */
import { join } from 'node:path';
import { positionIn, until } from './api.js';
import type { Environment, Server } from './server.js';
import { Servers } from './servers.js';

const APP = join(import.meta.dirname, 'amounts-app.mjs');

export interface Overview {
  readonly name: string;
  readonly status: string;
  readonly position: number;
  readonly lag: { readonly events: number; readonly seconds: number };
  readonly eventsPerSecond: number;
  readonly digest: string;
  readonly snapshots: readonly { readonly position: number; readonly bytes: number; readonly time: string }[];
  readonly skipped: readonly number[];
  readonly fault?: {
    readonly position: number;
    readonly event?: unknown;
    readonly error: string;
    readonly since: string;
  };
  readonly links: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<string, { readonly method: string; readonly href: string }>>;
  readonly machine: string;
}

/** Its projections total, careful and other; the first two cannot fold the amounts that BAD names. */
export class AmountsServer {
  readonly #servers: Servers;
  #server: Server | undefined;

  private constructor(servers: Servers) {
    this.#servers = servers;
  }

  /** To be called where tests are described: each begins with one that has started. */
  static ofEachTest(): AmountsServer {
    const amounts = AmountsServer.inEachTest();
    beforeEach(() => amounts.start());
    return amounts;
  }

  /** The same, for tests that start it. */
  static inEachTest(): AmountsServer {
    return new AmountsServer(Servers.ofEachTest());
  }

  /** The one that was started last. */
  get server(): Server {
    if (this.#server === undefined) throw new Error('there is a server only while a test runs');
    return this.#server;
  }

  /** Resolves once total has recovered, or stopped. */
  async start(BAD = '13', more: Environment = {}): Promise<void> {
    this.#server = await this.#servers.launch({ BAD, ...more }, APP);
    await until(async () => (await this.overview('total')).status !== 'recovering');
  }

  async overview(name: string): Promise<Overview> {
    return (await this.server.json(`/projections/${name}`)) as Overview;
  }

  /** In one commit. Resolves to the position of the last one. */
  async add(...amounts: readonly number[]): Promise<number> {
    const events = amounts.map((amount) => ({ type: 'amount.added', data: { amount } }));
    const response = await this.server.post('/events', { events });
    expect(response.status).toBe(201);
    return positionIn(response);
  }

  /** Resolves once total has stopped. */
  faulted(): Promise<void> {
    return until(async () => (await this.overview('total')).status === 'faulted');
  }

  /** Has total and careful stop at position 3 of five. */
  async stopAt3(): Promise<void> {
    await this.add(1, 2, 13, 4, 5);
    await this.faulted();
  }

  resume(body?: unknown, name = 'total', headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const path = `/projections/${name}/resume`;
    return body === undefined
      ? this.server.fetch(path, { method: 'POST', headers })
      : this.server.post(path, body, headers);
  }
}
