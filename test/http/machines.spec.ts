/** `GET /projections/{name}/machine` as JSON: the states of a machine, and which of them are active, now and in the past. */
import { jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { defineEvent, defineProjection, position, type RecordedOf } from '../../src/runtime/index.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { until } from '../support/api.js';
import { added, cancelled, changedOrders, opened, orderContracts, paid } from '../support/app/orders.js';
import { startDocumented } from '../support/documented-requests.js';

const parcelPacked = defineEvent({
  type: 'parcel.packed',
  schema: z.strictObject({ kilograms: z.int() }),
  examples: [{ data: { kilograms: 1 } }],
});
const parcelPaid = defineEvent({ type: 'parcel.paid', schema: z.strictObject({}), examples: [{ data: {} }] });
const parcelReturned = defineEvent({
  type: 'parcel.returned',
  schema: z.strictObject({}),
  examples: [{ data: {} }],
});

/** Parallel regions, a state in a state, an eventless transition, guards of the event and of the context, a final state. */
const parcelMachine = setup({
  types: {
    context: {} as { readonly kilograms: number },
    events: {} as
      RecordedOf<typeof parcelPacked> | RecordedOf<typeof parcelPaid> | RecordedOf<typeof parcelReturned>,
  },
  guards: {
    isLarge: ({ context }) => context.kilograms > 10,
    isSomething: ({ event }) => event.type === 'parcel.packed' && event.data.kilograms > 0,
    hasWeight: ({ context }) => context.kilograms > 0,
  },
}).createMachine({
  id: 'parcel',
  context: { kilograms: 0 },
  type: 'parallel',
  states: {
    packing: {
      initial: 'empty',
      states: {
        empty: {
          on: {
            'parcel.packed': {
              guard: 'isSomething',
              target: 'packed',
              actions: assign({ kilograms: ({ event }) => event.data.kilograms }),
            },
          },
        },
        packed: {
          initial: 'measured',
          states: { measured: { always: { guard: 'isLarge', target: 'large' } }, large: {} },
          on: { 'parcel.returned': 'empty' },
        },
      },
    },
    payment: {
      initial: 'due',
      states: {
        due: { on: { 'parcel.paid': { guard: 'hasWeight', target: 'done' } } },
        done: { type: 'final' },
      },
    },
  },
});

const parcel = defineProjection({
  name: 'parcel',
  machine: parcelMachine,
  consumes: [parcelPacked, parcelPaid, parcelReturned],
  view: ({ context }) => context,
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: orderContracts,
      projections: [
        parcel,
        changedOrders({ http: { path: 'shop/orders' } }),
        changedOrders({ name: 'orders-without-past', tag: undefined }),
      ],
      http: true,
    }),
  ],
})
class ShopModule {}

interface Machine {
  readonly position: number;
  readonly states: readonly { readonly path: string; readonly transitions: readonly object[] }[];
  readonly active: readonly string[];
  readonly accepts: readonly string[];
}

let app: NestFastifyApplication;
let log: EventLog;
let url: string;

beforeAll(async () => {
  const started = await startDocumented(new MemoryStore(), [ShopModule]);
  ({ app, log } = started);
  url = started.api.url;
  await log.append([parcelPacked.create({ kilograms: 3 })]);
  await log.append([parcelReturned.create({}), parcelPacked.create({ kilograms: 30 })]);
  await log.append([opened('a'), added('a', 5), paid('a'), opened('c'), cancelled('c')]);
  await until(() => app.get(ProjectionHost).all.every(({ position }) => position === 8));
});

afterAll(() => app.close());

const ask = (path: string, headers: Record<string, string> = { accept: 'application/json' }) =>
  fetch(`${url}/projections/${path}`, { headers });

async function machine(path: string): Promise<Machine> {
  const response = await ask(path);
  const body = (await response.json()) as Machine;
  expect({ path, status: response.status, body }).toMatchObject({ path, status: 200 });
  expect(response.headers.get('leftfold-position')).toBe(String(body.position));
  return body;
}

async function refused(path: string, status: number, headers?: Record<string, string>): Promise<string> {
  const response = await ask(path, headers);
  const problem = (await response.json()) as { readonly status: number; readonly detail: string };
  expect({ path, status: response.status, problem }).toMatchObject({ path, status });
  return problem.detail;
}

describe('the machine of a projection, as JSON', () => {
  it('has all states, and those that are active now with the types of events that they take', async () => {
    const found = await machine('parcel/machine');
    expect(found).toMatchObject({
      position: 8,
      active: ['packing', 'packing.packed', 'packing.packed.large', 'payment', 'payment.due'],
      accepts: ['parcel.paid', 'parcel.returned'],
    });
    expect(found.states.map(({ path }) => path)).toEqual([
      '',
      'packing',
      'packing.empty',
      'packing.packed',
      'packing.packed.measured',
      'packing.packed.large',
      'payment',
      'payment.due',
      'payment.done',
    ]);
    expect(found.states.find(({ path }) => path === 'packing.packed.measured')?.transitions).toEqual([
      { event: '', guard: 'isLarge', targets: ['packing.packed.large'] },
    ]);
  });

  it.each<[number, readonly string[], readonly string[]]>([
    // Whether a guard that looks at the event lets it through is not known before; what one says of the context is.
    [0, ['packing', 'packing.empty', 'payment', 'payment.due'], ['parcel.packed']],
    [
      1,
      ['packing', 'packing.packed', 'packing.packed.measured', 'payment', 'payment.due'],
      ['parcel.paid', 'parcel.returned'],
    ],
    [2, ['packing', 'packing.empty', 'payment', 'payment.due'], ['parcel.packed', 'parcel.paid']],
  ])('tells what was active at position %d', async (at, active, accepts) => {
    expect(await machine(`parcel/machine?at=${at}`)).toMatchObject({ position: at, active, accepts });
  });

  it('tells what was active at a time', async () => {
    const { time } = (await log.at(position(1))) ?? { time: '' };
    expect((await machine(`parcel/machine?at=${time}`)).position).toBeGreaterThanOrEqual(1);
    expect((await machine('parcel/machine?at=2020-01-01T00:00:00Z')).position).toBe(0);
  });

  it('asks the store nothing, when it is of now', async () => {
    const reads = (['read', 'head', 'at', 'hashAt'] as const).map((name) => jest.spyOn(log, name));
    await machine('parcel/machine');
    for (const read of reads) expect(read).not.toHaveBeenCalled();
    await machine('parcel/machine?at=1');
    expect(reads.some(({ mock }) => mock.calls.length > 0)).toBe(true);
    jest.restoreAllMocks();
  });

  it('has an entity tag, which changes with the state', async () => {
    const etag = (await ask('parcel/machine')).headers.get('etag') ?? '';
    const known = { accept: 'application/json', 'if-none-match': etag };
    expect((await ask('parcel/machine', known)).status).toBe(304);
    expect((await ask('parcel/machine?at=1', known)).status).toBe(200);
  });

  it('is a diagram for who does not ask for JSON, and JSON where it is of a time or an entity', async () => {
    expect((await ask('parcel/machine', {})).headers.get('content-type')).toMatch(/^text\/vnd\.mermaid/);
    expect((await ask('parcel/machine?at=1', {})).headers.get('content-type')).toMatch(/^application\/json/);
    expect(await refused('parcel/machine?at=1', 406, { accept: 'text/plain' })).toBe(
      'This can be had as application/json.',
    );
  });

  it('refuses what there is not', async () => {
    expect(await refused('parcel/machine?at=99', 404)).toContain('after the head of the log');
    expect(await refused('parcel/machine?at=x', 400)).toContain('at must be a position');
    expect(await refused('parcel/machine?key=a', 400)).toBe(
      'parcel has one state and no entities; ask without key.',
    );
    expect(await refused('parcel/machine?when=1', 400)).toContain('there are at, key');
  });
});

describe('the machine of an entity projection, as JSON', () => {
  it('has no active states where no entity is named', async () => {
    const found = await machine('orders/machine');
    expect(found).toMatchObject({ position: 8, active: [], accepts: [] });
    expect(found.states.map(({ path }) => path)).toEqual(['', 'unknown', 'open', 'paid', 'cancelled']);
  });

  it('has those of an entity, now and at a position', async () => {
    expect(await machine('orders/machine?key=a')).toMatchObject({
      position: 8,
      active: ['paid'],
      accepts: [],
    });
    expect(await machine('orders/machine?key=a&at=5')).toMatchObject({
      position: 5,
      active: ['open'],
      accepts: ['order.item-added', 'order.paid', 'order.cancelled', 'order.item-moved'],
    });
    expect(await machine('orders-without-past/machine?key=a')).toMatchObject({ active: ['paid'] });
  });

  it('refuses what there is not', async () => {
    expect(await refused('orders/machine?key=nobody', 404)).toContain('GET /shop/orders lists what there is');
    // It is forgotten.
    await refused('orders/machine?key=c', 404);
    await refused('orders/machine?key=c&at=8', 404);
    await refused('orders/machine?key=a&at=3', 404);
    await refused('orders/machine?key=a&at=99', 404);
    expect(await refused('orders/machine?at=3', 400)).toBe(
      'Say of which entity of orders, as in ?key=a&at=3.',
    );
    expect(await refused('orders-without-past/machine?key=a&at=3', 400)).toContain('have no past');
  });
});
