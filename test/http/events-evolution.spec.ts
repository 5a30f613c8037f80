/** `GET /events` over events of earlier and of newer revisions. */
import { ConsoleLogger, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  logWith,
  parcelInsured,
  parcelSent,
  parcelsLog,
  send,
  sendAsOnce,
  sentLater,
} from '../support/parcels.js';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import type { RecordedCommit, RecordedEvent } from '../../src/runtime/event-log/event.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { CLOUD_EVENTS_TYPE, type CloudEvent } from '../../src/runtime/http/events/cloud-event.js';

@Module({})
class Parcels {}

interface PageJson {
  readonly events: readonly RecordedEvent[];
  readonly next?: string;
}

describe('GET /events', () => {
  let store: MemoryStore;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    store = new MemoryStore();
    const imports = [
      EventEmitterModule.forRoot(),
      LeftfoldModule.forRoot({ store, http: { events: true } }),
      LeftfoldModule.forFeature({ contracts: [parcelSent, parcelInsured] }),
    ];
    app = await createHttpApplication(
      { module: Parcels, imports },
      {
        title: 'Parcels',
        description: '',
        version: '1',
        jsonTypes: [],
        logger: new ConsoleLogger({ logLevels: [] }),
      },
    );
  });

  afterEach(() => app.close());

  const get = (url: string, accept = 'application/json'): ReturnType<NestFastifyApplication['inject']> =>
    app.inject({ method: 'GET', url, headers: { accept } });

  const page = async (url: string): Promise<PageJson> => (await get(url)).json<PageJson>();

  const inShort = ({ events }: PageJson): readonly string[] =>
    events.map(
      ({ position, part, type, revision }) =>
        `${position}${part === undefined ? '' : `.${part}`} ${type}/${revision}`,
    );

  it('shows events in their current revisions, those of one position by their parts', async () => {
    await sendAsOnce(store, [['a', 100]]);
    await send(parcelsLog(store), 'b');
    expect(inShort(await page('/events'))).toEqual([
      '1.1 parcel.sent/3',
      '1.2 parcel.insured/2',
      '2 parcel.sent/3',
    ]);
  });

  it('never parts a position, however few are asked for, and leads from each page to the next', async () => {
    await sendAsOnce(store, [['a', 100], ['b']]);
    await sendAsOnce(store, []);
    await sendAsOnce(store, [['c']]);
    await sendAsOnce(store, [['d', 400]]);
    const pages: (readonly string[])[] = [];
    for (let next: string | undefined = '/events?limit=1'; next !== undefined;) {
      const { events, ...rest }: PageJson = await page(next);
      pages.push(inShort({ events }));
      next = rest.next;
    }
    expect(pages).toEqual([
      ['1.1 parcel.sent/3', '1.2 parcel.insured/2', '1.3 parcel.sent/3'],
      ['3 parcel.sent/3'],
      ['4.1 parcel.sent/3', '4.2 parcel.insured/2'],
    ]);
  });

  it('finds by type what was recorded as another, with the part that it has', async () => {
    await sendAsOnce(store, [['a', 100]]);
    expect(inShort(await page('/events?type=parcel.insured'))).toEqual(['1.2 parcel.insured/2']);
  });

  it('finds by tag what was recorded without it', async () => {
    await sendAsOnce(store, [['a'], ['b']]);
    expect(inShort(await page('/events?tag=parcel:b'))).toEqual(['1.2 parcel.sent/3']);
  });

  it('gives each CloudEvent an id of its own', async () => {
    await sendAsOnce(store, [['a', 100]]);
    await send(parcelsLog(store), 'b');
    const events = (await get('/events', CLOUD_EVENTS_TYPE)).json<readonly CloudEvent[]>();
    expect(events.map(({ id }) => id)).toEqual(['1.1', '1.2', '2']);
  });

  describe('with an event of a newer revision', () => {
    beforeEach(async () => {
      await sendAsOnce(store, [['a', 100]]);
      await logWith(store, sentLater).append([sentLater.create({})]);
      await sendAsOnce(store, [['c', 300]]);
    });

    it('shows what comes before it, and refuses the page that would begin with it', async () => {
      const first = await page('/events');
      expect(inShort(first)).toEqual(['1.1 parcel.sent/3', '1.2 parcel.insured/2']);
      expect(first.next).toBe('/events?after=1&limit=100');
      const refused = await get(first.next ?? '');
      expect([refused.statusCode, refused.json()]).toEqual([
        503,
        {
          type: 'urn:leftfold:problem:event-unreadable',
          title: 'This version cannot read an event',
          status: 503,
          detail:
            'The event at position 2 is parcel.sent of revision 4, but this version knows revisions 1 to 3.',
          position: 2,
        },
      ]);
    });

    it('goes on past it for who asks for another type', async () => {
      expect(inShort(await page('/events?type=parcel.insured'))).toEqual([
        '1.2 parcel.insured/2',
        '3.2 parcel.insured/2',
      ]);
    });
  });

  it('refuses an append whose condition fails at what has become of an event', async () => {
    await sendAsOnce(store, [['a']]);
    await sendAsOnce(store, [['b', 200]]);
    const refused = await app.inject({
      method: 'POST',
      url: '/events',
      payload: {
        events: [{ type: 'parcel.insured', data: { parcel: 'b', value: '1.00' } }],
        condition: { query: [{ types: ['parcel.insured'], tags: ['parcel:b'] }], after: 0 },
      },
    });
    expect([refused.statusCode, refused.json<{ position: number }>().position]).toEqual([409, 2]);
  });

  it('shows an event as it was recorded, with the hashes of its commit', async () => {
    await sendAsOnce(store, [['a', 100]]);
    await send(parcelsLog(store), 'b');
    const commits: RecordedCommit[] = [];
    for await (const read of store.commits()) commits.push(...read);
    for (const { events, ...commit } of commits) {
      for (const event of events) {
        const { id, first, last, hash, previous } = commit;
        expect((await get(`/events/${event.position}/recorded`)).json()).toEqual({
          ...event,
          commit: { id, first, last, hash, previous: first === 1 ? null : previous },
        });
      }
    }
    for (const where of ['3', '0', 'x', 'query'])
      expect((await get(`/events/${where}/recorded`)).statusCode).toBe(404);
  });
});
