/** Questions about the past that end early: at an event that cannot be folded, when time is up, when the client is gone. */
import { jest } from '@jest/globals';
import { assign, setup } from 'xstate';
import type { RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import type { Query, Range, StoredEvent } from '../../src/runtime/event-log/event.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { defineProjection } from '../../src/runtime/projection/define-projection.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { amountAdded } from '../support/amounts.js';
import { problemOf, until } from '../support/api.js';
import { later } from '../support/running-projection.js';
import { serveLog, type ServedLog } from '../support/served-log.js';

/** How long it takes to look at a state of the till, in milliseconds. */
let lookingTakes = 0;
let passed = 0;

/** Money in a till: what is not there cannot be taken out. */
const till = defineProjection({
  name: 'till',
  machine: setup({
    types: { context: {} as { readonly money: number }, events: {} as RecordedOf<typeof amountAdded> },
  }).createMachine({
    id: 'till',
    context: { money: 0 },
    on: {
      'amount.added': {
        actions: assign({
          money: ({ context, event }) => {
            const money = context.money + event.data.amount;
            if (money < 0) throw new RangeError(`${-event.data.amount} is more than there is`);
            return money;
          },
        }),
      },
    },
  }),
  consumes: [amountAdded],
  view: ({ context }) => {
    passed += lookingTakes;
    return { money: context.money };
  },
});

/** Counts the pages that are read, and can hold whoever has read one. */
class WatchedStore extends MemoryStore {
  pages = 0;
  /** How many have read what they wanted, or have left off. */
  ended = 0;
  holding: Promise<void> = Promise.resolve();

  override async *read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    try {
      for await (const page of super.read(query, range)) {
        this.pages += 1;
        yield page;
        await this.holding;
      }
    } finally {
      this.ended += 1;
    }
  }
}

let store: WatchedStore;
let served: ServedLog;

beforeEach(async () => {
  lookingTakes = passed = 0;
  store = new WatchedStore();
  served = await serveLog(
    store,
    [amountAdded],
    [LeftfoldModule.forFeature({ projections: [till], http: true })],
  );
});

afterEach(async () => {
  jest.restoreAllMocks();
  await served.close();
});

const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(served.url + path, init);

async function add(...amounts: readonly number[]): Promise<void> {
  const events = amounts.map((amount) => ({ type: 'amount.added', data: { amount } }));
  expect((await served.post('/events', { events })).status).toBe(201);
}

describe('GET /till/what-if', () => {
  it('is refused when what is left cannot be folded, and names the event', async () => {
    await add(5, 1, -6, 2);
    const problem = await problemOf(await ask('/till/what-if?without=1'), 422);
    expect(problem).toMatchObject({
      type: 'urn:leftfold:problem:cannot-be-without',
      title: 'What is left cannot be folded',
      position: 3,
    });
    expect(problem.detail).toBe(
      'Without those events the one at position 3 cannot be folded; leave it out as well: 6 is more than there is',
    );
    const answer = (await (await ask('/till/what-if?without=1,3')).json()) as object;
    expect(answer).toMatchObject({ is: { money: 2 }, wouldBe: { money: 3 } });
  });
});

describe('GET /till/history', () => {
  interface History {
    readonly points: readonly { readonly position: number; readonly money: number }[];
    readonly next?: string;
  }

  const history = async (path: string): Promise<History> => (await (await ask(path)).json()) as History;

  /** So much time passes whenever a state is looked at. */
  function passing(milliseconds: number): void {
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + passed);
    lookingTakes = milliseconds;
  }

  it('goes on behind its next link when its time is up, and misses and doubles nothing', async () => {
    await add(...Array.from({ length: 20 }, (_, index) => index + 1));
    const whole = await history('/till/history?from=1&to=19&step=2');
    expect(whole.points).toHaveLength(10);
    expect(whole).not.toHaveProperty('next');

    passing(750);
    const first = await history('/till/history?from=1&to=19&step=2');
    expect(first.points.map(({ position }) => position)).toEqual([1, 3, 5]);
    expect(first.next).toBe('/till/history?from=7&to=19&step=2');
    const points = [...first.points];
    for (let next = first.next; next !== undefined;) {
      const page: History = await history(next);
      points.push(...page.points);
      next = page.next;
    }
    expect(points).toEqual(whole.points);
  });

  it('has no next link when its time is up with the last point', async () => {
    await add(1, 2, 3);
    passing(2001);
    expect(await history('/till/history?from=3')).toMatchObject({ points: [{ position: 3, money: 6 }] });
    expect(await history('/till/history?from=3')).not.toHaveProperty('next');
    expect(await history('/till/history?from=2')).toMatchObject({ next: '/till/history?from=3&to=3&step=1' });
  });
});

describe('GET /till?at=', () => {
  it('is folded no further once its client is gone', async () => {
    for (let commits = 0; commits < 5; commits += 1) await add(...Array.from({ length: 1000 }, () => 1));
    await until(async () => (await ask('/till?after=5000')).status === 200);
    store.pages = store.ended = 0;
    const released = later<undefined>();
    store.holding = released.promise;

    const leaving = new AbortController();
    const asked = ask('/till?at=5000', { signal: leaving.signal });
    await until(() => store.pages === 1);
    leaving.abort();
    await expect(asked).rejects.toThrow('abort');
    await until(() => served.gone() === 1);
    released.resolve(undefined);
    await until(() => store.ended === 1);

    // At most the page that was about to be read, and not the other three.
    expect([1, 2]).toContain(store.pages);
    expect(await (await ask('/till?at=5000')).json()).toEqual({ money: 5000, position: 5000 });
  });
});
