/** What the snapshots of all projections may take of the thread, on a clock that moves by what they cost. */
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { add, amountsLog, totalOf } from '../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import type { EventLog } from '../event-log/event-log.js';
import { position, PAGE_SIZE } from '../event-log/event.js';
import { ProjectionHost } from './projection-host.js';

/** Of one snapshot, in milliseconds. */
const COST = 10;

interface Given {
  readonly host: ProjectionHost;
  readonly log: EventLog;
  readonly pass: (milliseconds: number) => void;
  /** How many snapshots there were, of all projections. */
  readonly asked: () => number;
}

function given(): Given {
  let time = 1000;
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  jest.spyOn(performance, 'now').mockImplementation(() => time);
  const stores: RememberedSnapshots[] = [];
  const snapshotsOf = (): RememberedSnapshots => {
    const store = new RememberedSnapshots();
    store.work = () => {
      pass(COST);
    };
    stores.push(store);
    return store;
  };
  const log = amountsLog();
  const pace = { every: 1_000_000, spacing: 1 };
  return {
    host: new ProjectionHost(log, new EventEmitter2({ wildcard: true }), { snapshotsOf, pace }),
    log,
    pass,
    asked: () => stores.reduce((sum, { asked }) => sum + asked, 0),
  };
}

const patience = (): AbortSignal => AbortSignal.timeout(10_000);

/** So many projections follow an event every 200 ms. @returns how long that took, in milliseconds */
async function follow({ host, log, pass }: Given, count: number): Promise<number> {
  const projections = Array.from({ length: count }, (_, index) => host.add(totalOf(`total-${index}`)));
  host.onApplicationBootstrap();
  const began = performance.now();
  for (let step = 0; step < 1000; step += 1) {
    pass(200);
    const { last } = await add(log, 1);
    await Promise.all(projections.map((each) => each.reached(last, patience())));
  }
  return performance.now() - began;
}

beforeAll(() => {
  Logger.overrideLogger(false);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the share of the thread that snapshots have', () => {
  it.each([1, 2, 4])('is a two-hundredth, where %d projections follow live', async (count) => {
    const live = given();
    const time = await follow(live, count);
    expect((live.asked() * COST) / time).toBeGreaterThan(0.004);
    expect(((live.asked() - count) * COST) / time).toBeLessThan(0.0055);
  });

  it('is a thousandth for each, however many there are', async () => {
    const COUNT = 20;
    const live = given();
    const time = await follow(live, COUNT);
    expect((live.asked() * COST) / time).toBeGreaterThan(COUNT / 1250);
    expect(((live.asked() - COUNT) * COST) / time).toBeLessThan(COUNT / 900);
  });

  it('is much larger on the way to the head', async () => {
    const { host, log, asked } = given();
    const PAGES = 20;
    for (let page = 0; page < PAGES; page += 1) await add(log, ...new Array<number>(PAGE_SIZE).fill(1));
    const total = host.add(totalOf('total'));
    host.onApplicationBootstrap();
    await total.reached(position(PAGES * PAGE_SIZE), patience());
    expect(asked()).toBeGreaterThanOrEqual(PAGES - 1);
  });
});
