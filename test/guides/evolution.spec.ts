/** What `docs/evolution.md` says and shows is what happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { ContractRegistry } from '../../src/runtime/event-log/contracts/contract-registry.js';
import { defineEvent, type AnyContract } from '../../src/runtime/event-log/contracts/event-contract.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import { tag, type Query, type RecordedEvent } from '../../src/runtime/event-log/event.js';
import {
  contractFaults,
  describeFault,
} from '../../src/runtime/event-log/contracts/publishing/contract-faults.js';
import { publishContracts } from '../../src/runtime/event-log/contracts/publishing/publish-contracts.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { defineProjection } from '../../src/runtime/projection/define-projection.js';
import { logWith } from '../support/parcels.js';
import { blocksOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';
import * as first from './evolution/first.js';
import * as many from './evolution/many.js';
import { faultsOf } from './evolution/own-project.js';
import { OccupancyModule, brokenBy, occupancy } from './evolution/reliance.js';
import * as second from './evolution/second.js';

const blocks = blocksOf('docs/evolution.md');
const textOf = (language: string): readonly string[] =>
  blocks.filter((block) => block.language === language).map(({ text }) => text.trim());
const [schemaChanged, cannotFold, brokenReliance, newer] = textOf('text');

const registryOf = (...contracts: readonly AnyContract[]): ContractRegistry => {
  const registry = new ContractRegistry();
  registry.register(contracts);
  return registry;
};

const events = async (log: EventLog, query?: Query): Promise<readonly Partial<RecordedEvent>[]> => {
  const seen: Partial<RecordedEvent>[] = [];
  for await (const page of log.read(query)) {
    seen.push(...page.map(({ position, type, data }) => ({ position, type, data })));
  }
  return seen;
};

describe('the guide to evolution', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  it('shows code that is compiled here', () => {
    const sources = ['first', 'second', 'many', 'own-project', 'reliance'].map((name) =>
      readFileSync(join(import.meta.dirname, 'evolution', `${name}.ts`), 'utf8'),
    );
    const shown = textOf('ts').map((block) => [block, sources.some((source) => source.includes(block))]);
    expect(shown).toHaveLength(6);
    expect(shown.filter(([, isCompiled]) => isCompiled !== true)).toEqual([]);
  });

  it('brings hours to minutes', async () => {
    const store = new MemoryStore();
    await logWith(store, first.roomBooked).append([first.roomBooked.create({ room: 'blue', hours: 2 })]);
    await logWith(store, second.roomBooked).append([second.roomBooked.create({ room: 'blue', minutes: 30 })]);
    expect((await events(logWith(store, second.roomBooked))).map(({ data }) => data)).toEqual([
      { room: 'blue', minutes: 120 },
      { room: 'blue', minutes: 30 },
    ]);
  });

  it('publishes the second revision, and leaves the first as it is', () => {
    publishContracts(registryOf(first.roomBooked), folder.path);
    const { written, refused } = publishContracts(registryOf(second.roomBooked), folder.path);
    expect(refused).toEqual([]);
    expect(written.map((file) => file.slice(folder.path.length + 1))).toEqual([
      'room.booked/2.schema.json',
      'room.booked/2.examples.json',
    ]);
  });

  it('drops, splits, tags, takes from the metadata, and makes events of another type', async () => {
    const store = new MemoryStore();
    const { bookedOnce, roomBooked, cateringOrdered } = many;
    const book = async (rooms: readonly string[], people?: number): Promise<void> => {
      const data = { rooms: [...rooms], minutes: 90, ...(people !== undefined && { people }) };
      await logWith(store, bookedOnce).append([bookedOnce.create(data)], { metadata: { user: 'ada' } });
    };
    await book(['test']);
    await book(['blue', 'green'], 12);
    const log = logWith(store, roomBooked, cateringOrdered);
    const booked = (room: string): object => ({
      position: 2,
      type: 'room.booked',
      data: { room, minutes: 90, by: 'ada' },
    });
    const ordered = (room: string): object => ({
      position: 2,
      type: 'catering.ordered',
      data: { room, people: 12 },
    });
    expect(await events(log)).toEqual([booked('blue'), ordered('blue'), booked('green'), ordered('green')]);
    expect(await events(log, [{ types: ['catering.ordered'] }])).toEqual([ordered('blue'), ordered('green')]);
    expect(await events(log, [{ tags: [tag('room:green')] }])).toEqual([booked('green'), ordered('green')]);
  });

  it('tells what happens to who changes a published schema', () => {
    publishContracts(registryOf(first.roomBooked), folder.path);
    const inPlace = registryOf(
      defineEvent({
        type: 'room.booked',
        schema: z.strictObject({ room: z.string(), minutes: z.int().min(1) }),
        examples: [{ data: { room: 'blue', minutes: 90 } }],
      }),
    );
    expect(publishContracts(inPlace, folder.path)).toEqual({ written: [], refused: [schemaChanged] });
    expect(contractFaults(inPlace, folder.path).map(describeFault)).toContain(schemaChanged);
  });

  it('tells what a consumer is told that cannot fold an example', () => {
    // As in JavaScript, or behind a cast: the compiler would have named it.
    const machine = setup({
      types: {
        context: {} as { readonly hours: bigint },
        events: {} as { readonly type: 'room.booked'; readonly data: { readonly hours: number } },
      },
    }).createMachine({
      context: { hours: 0n },
      initial: 'open',
      states: { open: {} },
      on: {
        'room.booked': {
          actions: assign({ hours: ({ context, event }) => context.hours + BigInt(event.data.hours) }),
        },
      },
    });
    const occupancy = defineProjection({
      name: 'occupancy',
      machine,
      consumes: [second.roomBooked],
      view: () => ({}),
    });
    const registry = registryOf(second.roomBooked);
    registry.consumedBy({ ...occupancy, name: 'projection occupancy' });
    publishContracts(registry, folder.path);
    expect(contractFaults(registry, folder.path).map(describeFault)[0]).toBe(cannotFold);
  });

  it('tells whom a change breaks, and what would keep it whole', async () => {
    publishContracts(registryOf(second.roomBooked), folder.path);
    expect(await brokenBy(folder.path, [OccupancyModule])).toEqual([]);
    const forgetful = first.roomBooked.revise({
      schema: z.strictObject({ room: z.string(), minutes: z.int().min(1) }),
      examples: [{ data: { room: 'blue', minutes: 90 } }],
      upcast: ({ data: { room } }) => [{ data: { room } as { room: string; minutes: number } }],
    });
    @Module({
      imports: [LeftfoldModule.forFeature({ projections: [{ ...occupancy, consumes: [forgetful] }] })],
    })
    class Occupancy {}
    expect(await brokenBy(folder.path, [Occupancy])).toEqual([brokenReliance]);
  });

  it('tells what older code is told of a newer revision', async () => {
    const store = new MemoryStore();
    const newest = logWith(store, second.roomBooked);
    const old = logWith(store, first.roomBooked);
    for (const log of [old, old]) await log.append([first.roomBooked.create({ room: 'blue', hours: 1 })]);
    await newest.append([second.roomBooked.create({ room: 'blue', minutes: 30 })]);
    await expect(events(old)).rejects.toThrow(newer);
  });

  it('finds the faults of a project of one’s own', async () => {
    const app = await Test.createTestingModule({
      imports: [
        EventEmitterModule.forRoot(),
        LeftfoldModule.forRoot({ store: new MemoryStore(), http: { events: true } }),
        LeftfoldModule.forFeature({ contracts: [first.roomBooked] }),
      ],
    }).compile();
    await app.init();
    expect(await faultsOf(app, folder.path)).toEqual([
      'room.booked, revision 1: it is not published; npm run contracts does it',
    ]);
  });
});
