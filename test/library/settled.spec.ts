/** Waiting until everything is folded, and what is said when it is not. */
import { Test, type TestingModule } from '@nestjs/testing';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  EventLog,
  LeftfoldModule,
  MemoryStore,
  ProjectionHost,
  defineEntityProjection,
  defineEvent,
  defineProjection,
  type RecordedOf,
} from '../../src/runtime/index.js';
import { settled } from '../../src/runtime/testing/index.js';

const counted = defineEvent({
  type: 'thing.counted',
  schema: z.strictObject({ thing: z.string(), by: z.int() }),
});

const machine = setup({
  types: { context: {} as { readonly count: number }, events: {} as RecordedOf<typeof counted> },
  actions: {
    add: assign({
      count: ({ context, event }) => {
        if (event.data.by < 0) throw new Error('it cannot become less');
        return context.count + event.data.by;
      },
    }),
  },
}).createMachine({
  context: { count: 0 },
  initial: 'counting',
  states: { counting: { on: { 'thing.counted': { actions: 'add' } } } },
});

const count = defineProjection({
  name: 'count',
  machine,
  consumes: [counted],
  view: ({ context }) => ({ count: context.count }),
});
const things = defineEntityProjection({
  name: 'things',
  machine,
  consumes: [counted],
  key: ({ data }) => data.thing,
  view: ({ context }) => ({ count: context.count }),
  faultStops: 'entity',
});

const count2 = (by: number): ReturnType<typeof counted.create> => counted.create({ thing: 'a', by });

describe('settled', () => {
  let app: TestingModule;
  let log: EventLog;

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: new MemoryStore() }),
        LeftfoldModule.forFeature({ contracts: [counted], projections: [count, things] }),
      ],
    }).compile();
    log = app.get(EventLog);
  });

  afterEach(async () => {
    await app.close();
  });

  it('resolves once every projection and entity projection has folded the whole log', async () => {
    await app.init();
    const host = app.get(ProjectionHost);
    expect(await settled(app)).toBe(0);
    for (let each = 1; each <= 20; each += 1) await log.append([count2(each)]);
    expect(await settled(app)).toBe(20);
    expect(host.all.map(({ position }) => position)).toEqual([20, 20]);
    expect(host.find('count')?.view()).toEqual({ count: 210 });
  });

  it('waits for what is recorded while it waits', async () => {
    await app.init();
    await log.append([count2(1)]);
    const stop = app
      .get(ProjectionHost)
      .find('count')
      ?.onFolded(() => {
        stop?.();
        void log.append([count2(2)]);
      });
    expect(await settled(app)).toBe(2);
  });

  it('says at once which projection has stopped, where and why, also when it stops while it is waited for', async () => {
    await app.init();
    await log.append([count2(1)]);
    await log.append([count2(-1)]);
    const began = performance.now();
    await expect(settled(app)).rejects.toThrow(
      /^a projection has stopped; the log ends at position 2\n {2}count is at 1, faulted at position 2: .*it cannot become less/,
    );
    await expect(settled(app)).rejects.toThrow('count is at 1, faulted at position 2');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it('says after the deadline who is behind, as where the application was not initialized', async () => {
    await log.append([count2(1)]);
    await expect(settled(app, { timeoutMs: 20 })).rejects.toThrow(
      `not everything is folded after 20 ms; the log ends at position 1
  count is at 0, recovering
  things is at 0, recovering
They start with the application: call await app.init() first.`,
    );
  });
});
