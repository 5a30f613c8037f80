/** Optimistic rendering of the hello world: what is shown before it is recorded, and what comes of it. */
import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startMonolith } from '../../../src/apps/monolith/start-monolith.js';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { readSettings } from '../../../src/apps/settings.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { productMachine } from '../../../src/contexts/product/product.machine.js';
import { productView } from '../../../src/contexts/product/product.view.js';
import { sumMachine, sumView } from '../../../src/contexts/sum/sum.machine.js';
import {
  createClient,
  type Client,
  type CommandAnswer,
  type LiveSubscription,
} from '../../../src/runtime/client/index.js';
import {
  CommandTimeout,
  OtherVersion,
  createOptimistic,
  type ExpectedEvent,
  Optimistic,
  type OptimisticState,
} from '../../../src/runtime/client/optimistic/index.js';
import { until } from '../../support/api.js';
import { SILENT } from '../../support/documented-requests.js';
import { blocksOf } from '../../support/readme.js';

const FAST = { minPauseMs: 5, maxPauseMs: 20 };
const SUM = { machine: sumMachine, view: sumView };
const PRODUCT = { machine: productMachine, view: productView };

const recorded = (value: string): ExpectedEvent => ({ type: 'number.recorded', data: { value } });

/** What a browser has between itself and the server. */
class Network {
  /** Called before each request; throws where it does not get there. */
  before: (path: string, init?: RequestInit) => void | Promise<void> = () => undefined;
  /** Called with each answer, before the client has it; throws where it is lost. */
  after: (path: string, init?: RequestInit) => void | Promise<void> = () => undefined;
  #isOffline = false;
  readonly #open = new Set<AbortController>();

  readonly fetch: typeof fetch = async (input, init) => {
    const path = new URL(input).pathname;
    if (this.#isOffline) throw new TypeError('fetch failed');
    await this.before(path, init);
    const cut = new AbortController();
    this.#open.add(cut);
    const signals = [cut.signal, ...(init?.signal ? [init.signal] : [])];
    const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    await this.after(path, init);
    return response;
  };

  /** Cuts what is open, too. */
  goOffline(): void {
    this.#isOffline = true;
    for (const cut of this.#open) cut.abort(new TypeError('terminated'));
    this.#open.clear();
  }

  goOnline(): void {
    this.#isOffline = false;
  }
}

/** All states that were shown, one after the other. */
class Screen<View> {
  readonly states: OptimisticState<View>[] = [];
  error: unknown;
  readonly #looking = new Set<() => void>();
  readonly #subscription: LiveSubscription;

  constructor(live: ReturnType<Optimistic['projection']>) {
    this.#subscription = live.subscribe({
      next: (state) => {
        this.states.push(state as OptimisticState<View>);
        this.#look();
      },
      error: (error) => {
        this.error = error;
        this.#look();
      },
    });
  }

  get last(): OptimisticState<View> | undefined {
    return this.states.at(-1);
  }

  async until(is: (state: OptimisticState<View> | undefined) => boolean): Promise<void> {
    while (!is(this.last) && this.error === undefined)
      await new Promise<void>((resolve) => {
        this.#looking.add(resolve);
      });
  }

  #look(): void {
    for (const look of this.#looking) look();
    this.#looking.clear();
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

type Shown = Screen<{ readonly value: string }>;

let app: NestFastifyApplication;
let client: Client;
let other: Client;
let network: Network;
let optimistic: Optimistic;
let screen: Shown;

beforeEach(async () => {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', PORT: '0' });
  const running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts: [HelloWorldModule] });
  app = running.app;
  network = new Network();
  const { url } = running;
  other = createClient({ url });
  const watch = { silenceMs: 5000, pollMs: 20 };
  client = createClient({ url, fetch: network.fetch, retry: FAST, watch });
  optimistic = createOptimistic(client);
  screen = new Screen(optimistic.projection('sum', SUM));
  await screen.until((state) => state?.position === 0);
});

afterEach(async () => {
  screen.close();
  await app.close();
});

const submit = (value: string, timeoutMs?: number): Promise<CommandAnswer> =>
  optimistic.submit({
    events: [recorded(value)],
    send: (options) => client.decider('numbers').create({ value }, options),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });

const record = (value: string): Promise<CommandAnswer> => other.decider('numbers').create({ value });

/** Everything that was shown, each once, in order. */
const shown = (): readonly string[] =>
  screen.states
    .map(({ view, recorded: { value }, pending }) => `${view.value} of ${value}, ${pending.length} pending`)
    .filter((text, at, all) => text !== all[at - 1]);

const isSettled = (state: OptimisticState<unknown> | undefined): boolean => state?.pending.length === 0;

it('shows at once what a command will make of every state, and then what it has made', async () => {
  const products: Shown = new Screen(optimistic.projection('product', PRODUCT));
  await products.until((state) => state !== undefined);
  const answered = submit('5');
  await products.until((state) => state?.pending.length === 1);
  expect([screen.last?.view.value, products.last?.view.value]).toEqual(['5', '5']);
  expect(screen.last).toMatchObject({
    recorded: { value: '0' },
    position: 0,
    pending: [{ status: 'sending' }],
  });
  expect((await answered).position).toBe(1);
  await screen.until(isSettled);
  await products.until(isSettled);
  expect(screen.last).toMatchObject({ view: { value: '5' }, recorded: { value: '5' }, position: 1 });
  expect(products.last?.recorded.value).toBe('5');
  products.close();
});

it('never shows an event twice or not at all, whichever comes first: the answer or the event', async () => {
  for (let count = 1; count <= 40; count++) {
    const isHeld = count % 2 === 0;
    network.after = async (path) => {
      if (!isHeld || path !== '/numbers') return;
      await screen.until((state) => state?.recorded.value === String(count));
    };
    await submit('1');
    await screen.until(isSettled);
  }
  const values = screen.states.map(({ view }) => Number(view.value));
  expect(values).toEqual(values.toSorted((one, next) => one - next));
  expect(Math.max(...values)).toBe(40);
  for (const { view, recorded: before, pending } of screen.states)
    expect(Number(view.value) - Number(before.value)).toBeLessThanOrEqual(pending.length);
});

it('folds what another client has recorded in between before what is pending', async () => {
  network.before = async (path) => {
    if (path !== '/numbers') return;
    await record('100');
    await screen.until((state) => state?.recorded.value === '100');
  };
  await submit('5');
  await screen.until(isSettled);
  expect(shown()).toEqual([
    '0 of 0, 0 pending',
    '5 of 0, 1 pending',
    '105 of 100, 1 pending',
    '105 of 105, 0 pending',
  ]);
});

it('takes back what is refused, and says why', async () => {
  await record('5');
  await other.decider('numbers').execute(1, 'retraction', { reason: 'a slip' });
  await screen.until((state) => state?.position === 2);
  const refused = optimistic.submit({
    events: [{ type: 'number.retracted', data: { number: 1, value: '5', reason: 'again' } }],
    send: (options) => client.decider('numbers').execute(1, 'retraction', { reason: 'again' }, options),
  });
  await screen.until((state) => state?.view.value === '-5');
  await expect(refused).rejects.toMatchObject({ type: 'urn:leftfold:problem:number-already-retracted' });
  await screen.until(isSettled);
  expect(screen.last?.view.value).toBe('0');
});

it('records several in the order in which they were submitted, and goes on after a refusal', async () => {
  const answers = await Promise.allSettled(['1', 'x', '2', '3'].map((value) => submit(value)));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  await screen.until(isSettled);
  expect(screen.last?.recorded.value).toBe('6');
  const events = [];
  for await (const { data } of other.events({ live: false })) events.push((data as { value: string }).value);
  expect(events).toEqual(['1', '2', '3']);
});

it('records once what was cut off in the middle of its answer', async () => {
  let cuts = 0;
  network.after = (path) => {
    if (path === '/numbers' && ++cuts < 20) throw new TypeError('terminated');
  };
  expect((await submit('5')).position).toBe(1);
  await screen.until(isSettled);
  expect(screen.last).toMatchObject({ recorded: { value: '5' }, position: 1 });
});

it('shows what was submitted while it is offline, and records it when it is back, after what others have recorded', async () => {
  network.goOffline();
  const answers = [submit('1'), submit('2')];
  await screen.until((state) => state?.view.value === '3');
  await record('100');
  expect(screen.last).toMatchObject({ recorded: { value: '0' }, pending: [{}, {}] });
  network.goOnline();
  expect((await Promise.all(answers)).map(({ position }) => position)).toEqual([2, 3]);
  await screen.until((state) => state?.recorded.value === '103' && isSettled(state));
  expect(screen.last?.view.value).toBe('103');
});

it('takes back what is not answered in time', async () => {
  network.goOffline();
  const late = submit('1', 50);
  await screen.until((state) => state?.view.value === '1');
  await expect(late).rejects.toBeInstanceOf(CommandTimeout);
  await screen.until(isSettled);
  expect(screen.last?.view.value).toBe('0');
});

it('knows of a command whose event has come by that it is recorded, though no answer comes', async () => {
  network.after = async (path, init) => {
    if (path === '/numbers')
      await new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => {
          reject(new TypeError('terminated'));
        });
      });
  };
  const answer = submit('5', 500);
  await screen.until((state) => state?.recorded.value === '5');
  expect(screen.last?.view.value).toBe('5');
  expect((await answer).position).toBe(1);
});

it('loads the state anew where a command records something else than was expected', async () => {
  await optimistic.submit({
    events: [recorded('5'), recorded('7')],
    send: (options) => client.decider('numbers').create({ value: '6' }, options),
  });
  await screen.until(isSettled);
  expect(screen.last?.view.value).toBe('6');
});

it('shows nothing twice where a state is loaded that has a command whose answer is still to come', async () => {
  let isAnswered: () => void = () => undefined;
  network.after = async (path) => {
    if (path === '/numbers')
      await new Promise<void>((resolve) => {
        isAnswered = resolve;
      });
  };
  const answer = submit('5');
  await screen.until((state) => state?.recorded.value === '5');
  const late: Shown = new Screen(optimistic.projection('sum', { ...SUM, consumes: ['number.recorded'] }));
  await late.until((state) => state !== undefined);
  expect(late.states.map(({ view }) => view.value)).toEqual(['5']);
  screen.close();
  late.close();
  const again: Shown = new Screen(optimistic.projection('sum', SUM));
  await again.until((state) => state !== undefined);
  expect(again.last).toMatchObject({ view: { value: '5' }, recorded: { value: '5' }, pending: [{}] });
  isAnswered();
  await answer;
  again.close();
});

it('shows nothing twice of a command of which no projection folds the first event', async () => {
  network.after = async (path) => {
    if (path === '/numbers') await screen.until((state) => state?.recorded.value === '5');
  };
  await optimistic.submit({
    events: [{ type: 'audit.noted', data: {} }, recorded('5')],
    send: (options) => client.decider('numbers').create({ value: '5' }, options),
  });
  await screen.until(isSettled);
  expect(screen.states.map(({ view }) => view.value)).not.toContain('10');
});

it('never goes back where a state is loaded while events pass', async () => {
  const isHeld = { value: false };
  network.after = async (path) => {
    if (path !== '/sum/folded') return;
    isHeld.value = true;
    await record('10');
    await screen.until((state) => state?.recorded.value === '15');
  };
  await submit('5');
  await screen.until(isSettled);
  const product: Shown = new Screen(
    optimistic.projection('sum', { ...SUM, consumes: ['number.recorded', 'number.retracted'] }),
  );
  await product.until((state) => state?.recorded.value === '15');
  expect(isHeld.value).toBe(true);
  const positions = screen.states.map(({ position }) => position);
  expect(positions).toEqual(positions.toSorted((one, next) => one - next));
  product.close();
});

it('ends one projection alone that cannot be loaded, and shows each subscription its own view', async () => {
  const none: Shown = new Screen(optimistic.projection('none', SUM));
  await none.until(() => false);
  expect(none.error).toMatchObject({ status: 404 });
  const own = new Screen<{ readonly twice: number }>(
    optimistic.projection('sum', {
      machine: sumMachine,
      view: (state) => ({ twice: 2 * Number(sumView(state).value) }),
    }),
  );
  await submit('5');
  await screen.until(isSettled);
  await own.until(isSettled);
  expect([screen.last?.view.value, own.last?.view.twice, screen.error]).toEqual(['5', 10, undefined]);
  own.close();
});

it('keeps nothing of what was answered while nothing is watched, nor of what was never sent', async () => {
  screen.close();
  const unwatched = createOptimistic(client);
  await unwatched.submit({
    events: [recorded('5')],
    send: (options) => client.decider('numbers').create({ value: '5' }, options),
  });
  const never = { events: [recorded('7')], send: () => Promise.reject(new Error('never')) };
  await expect(unwatched.submit({ ...never, timeoutMs: -1 })).rejects.toThrow('out of range');
  expect(unwatched.pending).toEqual([]);
});

it('gives up at once what throws at once, and does not wait for a send that heeds no signal', async () => {
  const broken = optimistic.submit({
    events: [recorded('5')],
    send: () => {
      throw new TypeError('a mistake');
    },
  });
  await expect(broken).rejects.toThrow('a mistake');
  const deaf = optimistic.submit({
    events: [recorded('5')],
    send: () => new Promise(() => undefined),
    timeoutMs: 20,
  });
  const next = submit('7');
  await expect(deaf).rejects.toBeInstanceOf(CommandTimeout);
  expect((await next).position).toBe(1);
});

it('ends for a program of another version than the server', async () => {
  const old: Shown = new Screen(createOptimistic(client).projection('sum', { ...SUM, version: 2 }));
  await old.until(() => false);
  expect(old.error).toBeInstanceOf(OtherVersion);
  expect(old.error).toMatchObject({
    message:
      'sum is folded by version 1 of the projection in the server, and by version 2 here; load the page anew',
  });
});

it('ends where the server has no such projection', async () => {
  const none: Shown = new Screen(createOptimistic(client).projection('none', SUM));
  await none.until(() => false);
  expect(none.error).toMatchObject({ status: 404 });
});

describe('the guide', () => {
  const FILES = {
    'leftfold/client/optimistic': '../../../src/runtime/client/optimistic/index.js',
    'leftfold/client': '../../../src/runtime/client/index.js',
    './product/': '../../../src/contexts/product/',
    './sum/': '../../../src/contexts/sum/',
  };

  const open: LiveSubscription[] = [];

  /** Its `projection`, whose subscriptions are ended after the test: the guide's go on for ever. */
  const endedLater =
    (optimistic: Optimistic): Optimistic['projection'] =>
    (...asked) => {
      const live = Optimistic.prototype.projection.apply(optimistic, asked);
      const subscribe: typeof live.subscribe = (observer) => {
        const subscription = live.subscribe(observer);
        open.push(subscription);
        return subscription;
      };
      return { ...live, subscribe } as never;
    };

  afterEach(() => {
    for (const subscription of open.splice(0)) subscription.unsubscribe();
  });

  it('shows what works', async () => {
    const lines: unknown[] = [];
    const show = (...values: readonly unknown[]): unknown => lines.push(values);
    const running = client;
    {
      const client = createClient({ url: 'http://localhost:3000' });
      const optimistic = createOptimistic(client);
      Object.assign(client, running);
      Object.assign(optimistic, { projection: endedLater(optimistic) });
      optimistic
        .projection('sum', { machine: sumMachine, view: sumView })
        .subscribe(({ view, pending }) => show(view.value, pending.length > 0 ? 'pending' : 'recorded'));
      optimistic
        .projection('product', { machine: productMachine, view: productView })
        .subscribe(({ view }) => show(view));
      const { position } = await optimistic.submit({
        events: [{ type: 'number.recorded', data: { value: '5' } }],
        send: (options) => client.decider('numbers').create({ value: '5' }, options),
      });
      expect(position).toBe(1);
      await until(() => lines.some((line) => JSON.stringify(line) === '["5","recorded"]'));
    }
  });

  it('shows parts of this file as they are', () => {
    const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
    const spec = inOneLine(readFileSync(import.meta.filename, 'utf8'));
    const examples = blocksOf('docs/optimistic.md').filter(({ language }) => language === 'ts');
    expect(examples).toHaveLength(4);
    const [imports, ...code] = examples.map(({ text }) => text);
    for (const text of code) expect(spec).toContain(inOneLine(text));
    for (const [, name = '', file = ''] of (imports ?? '').matchAll(/^import \{ (.*) \} from '(.*)';$/gm)) {
      const [from, path] = Object.entries(FILES).find(([each]) => file.startsWith(each)) ?? ['', ''];
      const found = [...spec.matchAll(/import \{([^}]*)\} from '([^']*)'/g)].find(
        ([, , at]) => at === file.replace(from, path),
      );
      expect(found?.[1]).toContain(name);
    }
  });
});
