/** Which snapshots are saved in a replay, and what they may cost, with a simulated clock and store. */
import { jest } from '@jest/globals';
import { foldedAt, given, snapshotAt, type Given } from '../../../../test/support/given-snapshots.js';
import { later } from '../../../../test/support/running-projection.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

/** How long serializing a state blocks the thread. */
const costing = ({ store }: Given, milliseconds: number): void => {
  store.work = () => {
    jest.advanceTimersByTime(milliseconds);
  };
};

/** A replay, which waits when it is told to: one page each millisecond. */
async function replay({ turnOf }: Given, page: number, through: number): Promise<void> {
  for (let at = page; at <= through; at += page) {
    await pass(1);
    const turn = turnOf(at);
    if (turn === undefined) continue;
    const waited = { isOver: false };
    void turn.then(() => {
      waited.isOver = true;
    });
    while (!waited.isOver) await pass(1);
  }
}

/** Live following, which never waits: one page each millisecond. */
async function rush({ offer }: Given, page: number, through: number): Promise<void> {
  for (let at = page; at <= through; at += page) {
    await pass(1);
    offer(at);
  }
}

/** Uses up the initial budget, one second at a fifth. */
async function spend(dear: Given): Promise<void> {
  costing(dear, 1000);
  dear.offer(100);
  await pass(0);
}

const multiples = (of: number, through: number): readonly number[] =>
  Array.from({ length: Math.floor(through / of) }, (_, index) => (index + 1) * of);

describe('snapshots of a replay', () => {
  it('are one for each spacing', async () => {
    const { store, turnOf, positions } = given({ every: 10, spacing: 100 });
    for (let at = 30; at <= 1000; at += 30) await turnOf(at);
    await pass(0);
    expect(positions()).toEqual([960, 840, 720, 600, 480, 360, 240, 120]);
    expect(store.kept.at(-1)).toEqual(snapshotAt(120));
  });

  it('are complete on a disk that is slower than the fold, which waits for it', async () => {
    const replayed = given({ every: 1_000_000, spacing: 100 });
    const { store, positions } = replayed;
    store.work = () => {
      store.busy = new Promise((resolve) => setTimeout(resolve, 30));
    };
    await replay(replayed, 50, 5000);
    await pass(100);
    expect(positions().toReversed()).toEqual(multiples(100, 5000));
  });

  it('make the fold wait only when one is due while the one before is being written', async () => {
    const { store, turnOf } = given({ every: 10, spacing: 100 });
    const written = later<undefined>();
    store.busy = written.promise;
    expect(turnOf(100)).toBeUndefined();
    expect(turnOf(199)).toBeUndefined();
    const turn = turnOf(200);
    expect(turn).toBeInstanceOf(Promise);
    let isOver = false;
    void turn?.then(() => {
      isOver = true;
    });
    await pass(100);
    expect(isOver).toBe(false);
    written.resolve(undefined);
    await pass(0);
    expect(isOver).toBe(true);
  });

  it('make it wait five seconds at most, for a disk that hangs', async () => {
    const { store, turnOf } = given({ every: 10, spacing: 100 });
    store.busy = later<undefined>().promise;
    void turnOf(100);
    let isOver = false;
    void turnOf(200)?.then(() => {
      isOver = true;
    });
    await pass(4999);
    expect(isOver).toBe(false);
    await pass(1);
    expect(isOver).toBe(true);
    expect(turnOf(300)).toBeUndefined();
  });

  it('never wait two at a time: the second is left out', async () => {
    const { store, offer, positions } = given({ every: 10, spacing: 100 });
    const written = later<undefined>();
    store.busy = written.promise;
    for (let at = 30; at <= 1000; at += 30) offer(at);
    await pass(60_000);
    expect(store.asked).toBe(1);
    written.resolve(undefined);
    await pass(0);
    expect(positions()).toEqual([240, 120]);
    await pass(1000);
    expect(positions()).toEqual([990, 240, 120]);
  });
});

describe('snapshots of a state that is expensive to serialize', () => {
  it('take a fifth of the time of a replay, and no more', async () => {
    const dear = given({ every: 1_000_000_000, spacing: 100 });
    await spend(dear);
    costing(dear, 50);
    const began = performance.now();
    await replay(dear, 100, 1_000_000);
    const time = performance.now() - began;
    const spent = (dear.store.asked - 1) * 50;
    expect(spent / time).toBeLessThan(0.205);
    expect(spent / time).toBeGreaterThan(0.19);
  });

  it('are spaced evenly', async () => {
    const dear = given({ every: 1_000_000_000, spacing: 100 });
    await spend(dear);
    costing(dear, 50);
    await replay(dear, 100, 1_000_000);
    // Before the second of them a little was left of what the first did not use.
    const [, , ...positions] = dear.positions().map(Number).toReversed();
    const gaps = positions.slice(1).map((at, index) => at - (positions[index] ?? 0));
    // 200 ms after each there may be another one, at a page of 100 positions each millisecond.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(19_900);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(20_200);
  });

  it('are all saved if the state is expensive only once', async () => {
    const cheap = given({ every: 1_000_000_000, spacing: 100 });
    await replay(cheap, 100, 200_000);
    costing(cheap, 200);
    cheap.offer(200_100);
    await pass(0);
    costing(cheap, 0);
    cheap.offer(200_200);
    await pass(0);
    expect(cheap.positions().slice(0, 3)).toEqual([200_200, 200_100, 200_000]);
  });

  it('are rare also while following live', async () => {
    const dear = given({ every: 10 });
    await spend(dear);
    await rush(dear, 10, 200_000);
    const perSecond = (dear.store.asked - 1) / (performance.now() / 1000);
    expect(dear.store.asked).toBeGreaterThan(2);
    expect(perSecond).toBeLessThanOrEqual(1 / 4);
  });

  it('are saved at once when the process ends', async () => {
    const dear = given({ every: 10, spacing: 100 });
    await spend(dear);
    dear.offer(200);
    await pass(0);
    dear.offer(300);
    await dear.snapshots.saveLast(foldedAt(350));
    expect(dear.positions()).toEqual([350, 200, 100]);
  });
});

describe('a store that fails in a replay', () => {
  it('is tried again a second later, and not before', async () => {
    const { store, offer, told, positions } = given({ every: 10, spacing: 100 });
    store.failure = new Error('the disk is full');
    for (let at = 100; at <= 500; at += 100) offer(at);
    await pass(0);
    offer(600);
    await pass(999);
    expect(told.failed).toHaveLength(1);
    store.failure = undefined;
    await pass(1);
    expect(positions()).toEqual([600]);
  });

  it('does not make the fold wait', async () => {
    const failing = given({ every: 10, spacing: 100 });
    failing.store.failure = new Error('the disk is full');
    const began = performance.now();
    await replay(failing, 100, 10_000);
    expect(performance.now() - began).toBeLessThanOrEqual(110);
  });
});
