/** Reading and following in terms of today's contracts, over events that were recorded under earlier ones. */
import { firstValueFrom } from 'rxjs';
import { EMBEDDED } from '../../../../test/support/event-stores.js';
import {
  about,
  everInsured,
  inShort,
  logWith,
  parcelSent,
  parcelsLog,
  send,
  sendAsOnce,
} from '../../../../test/support/parcels.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import type { EventLog } from '../event-log.js';
import {
  EVERYTHING,
  position,
  tag,
  type Page,
  type Query,
  type Range,
  type RecordedEvent,
  type StoredEvent,
} from '../event.js';
import type { EventStore } from '../event-store.js';

/** What is about to stand at 5 positions: a, b and c insured, nothing, d, e, and f. */
async function sendSome(store: EventStore): Promise<void> {
  await sendAsOnce(store, [['a', 100], ['b']]);
  await sendAsOnce(store, [['c', 300]]);
  await sendAsOnce(store, []);
  await sendAsOnce(store, [['d'], ['e']]);
  await send(parcelsLog(store), 'f');
}

describe.each(EMBEDDED)('a log of several revisions in $name', ({ open }) => {
  let folder: TemporaryFolder;
  let store: EventStore;
  let log: EventLog;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    store = await open(folder.path);
    log = parcelsLog(store);
  });

  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  const read = async (query: Query = EVERYTHING, range: Range = {}): Promise<readonly string[]> => {
    const events: string[] = [];
    for await (const page of log.read(query, range)) events.push(...page.map(inShort));
    return events;
  };

  const raw = async (): Promise<readonly StoredEvent[]> => {
    const events: StoredEvent[] = [];
    for await (const page of store.read(EVERYTHING, {})) events.push(...page);
    return events;
  };

  describe('is read', () => {
    it('in the current revisions, in the order of the positions', async () => {
      await sendSome(store);
      expect(await read()).toEqual([
        '1 sent a',
        '1 insured a',
        '1 sent b',
        '2 sent c',
        '2 insured c',
        '4 sent d',
        '4 sent e',
        '5 sent f',
      ]);
    });

    it('without anything changing in what is stored', async () => {
      await sendSome(store);
      const before = structuredClone(await raw());
      await read();
      expect(await raw()).toEqual(before);
      expect(before.map(({ revision }) => revision)).toEqual([1, 1, 1, 1, 3]);
    });

    it('backwards, which is the reverse of forwards', async () => {
      await sendSome(store);
      expect(await read(EVERYTHING, { backwards: true })).toEqual((await read()).toReversed());
    });

    it('by type, also what was recorded as another type', async () => {
      await sendSome(store);
      expect(await read(everInsured)).toEqual(['1 insured a', '2 insured c']);
    });

    it('by tag, also what had no tag', async () => {
      await sendSome(store);
      expect(await read(about('c'))).toEqual(['2 sent c', '2 insured c']);
      expect(await read([{ types: ['parcel.insured'], tags: [tag('parcel:c')] }])).toEqual(['2 insured c']);
    });

    it('without what has become something else', async () => {
      await sendSome(store);
      expect(await read([{ types: ['parcel.sent'] }])).toEqual([
        '1 sent a',
        '1 sent b',
        '2 sent c',
        '4 sent d',
        '4 sent e',
        '5 sent f',
      ]);
    });

    it('in the range, by the positions that were recorded', async () => {
      await sendSome(store);
      expect(await read(EVERYTHING, { after: position(1), through: position(3) })).toEqual([
        '2 sent c',
        '2 insured c',
      ]);
    });

    it('at most so many positions, each of them whole', async () => {
      await sendSome(store);
      expect(await read(EVERYTHING, { limit: 1 })).toEqual(['1 sent a', '1 insured a', '1 sent b']);
      expect(await read(EVERYTHING, { limit: 1, backwards: true })).toEqual(['5 sent f']);
      expect(await read(EVERYTHING, { limit: 2, backwards: true })).toEqual([
        '5 sent f',
        '4 sent e',
        '4 sent d',
      ]);
      expect(await read(EVERYTHING, { limit: 0 })).toEqual([]);
    });

    it('at most so many positions at which something is left that is meant', async () => {
      await sendSome(store);
      expect(await read(EVERYTHING, { after: position(1), limit: 2 })).toEqual([
        '2 sent c',
        '2 insured c',
        '4 sent d',
        '4 sent e',
      ]);
      expect(await read(everInsured, { limit: 2 })).toEqual(['1 insured a', '2 insured c']);
      expect(await read(about('f'), { limit: 1 })).toEqual(['5 sent f']);
    });

    it('up to the head where it stood when reading began', async () => {
      await sendSome(store);
      const seen: string[] = [];
      for await (const page of log.read(EVERYTHING, { limit: 100 })) {
        seen.push(...page.map(inShort));
        await send(log, 'late');
      }
      expect(seen).toHaveLength(8);
    });

    it('at one position: the first of several, and nothing where nothing is left', async () => {
      await sendSome(store);
      expect(await log.at(position(1))).toMatchObject({ type: 'parcel.sent', data: { parcel: 'a' } });
      expect(await log.at(position(3))).toBeUndefined();
    });

    it('without what a type becomes that nobody here registered, but for the one who asks for everything', async () => {
      await sendSome(store);
      const strange = logWith(store, parcelSent);
      const events: RecordedEvent[] = [];
      for await (const page of strange.read(EVERYTHING, { through: position(1) })) events.push(...page);
      expect(events.map(({ type, revision }) => `${type}/${revision}`)).toEqual([
        'parcel.sent/3',
        'parcel.insured/1',
        'parcel.sent/3',
      ]);
    });
  });

  describe('is followed', () => {
    const pagesUntil = async (last: number, query?: Query): Promise<readonly Page[]> => {
      const pages: Page[] = [];
      for await (const page of log.followPages(query)) {
        pages.push(page);
        if (page.through >= last) break;
      }
      return pages;
    };

    it('from what is stored to what is new, each in the current revision', async () => {
      await sendSome(store);
      const pages = pagesUntil(6);
      await send(log, 'g');
      expect((await pages).flatMap(({ events }) => events.map(inShort)).slice(-3)).toEqual([
        '4 sent e',
        '5 sent f',
        '6 sent g',
      ]);
    });

    it('past an event that has become nothing, though it be the last one', async () => {
      await sendAsOnce(store, [['a']]);
      await sendAsOnce(store, []);
      expect((await pagesUntil(2)).at(-1)).toMatchObject({ through: 2 });
    });

    it('past what is not meant, stored and new', async () => {
      await sendAsOnce(store, [['a']]);
      const pages = pagesUntil(2, everInsured);
      await send(log, 'b');
      expect((await pages).flatMap(({ events }) => events)).toEqual([]);
    });

    it('with no empty page by who asks for events only', async () => {
      await sendAsOnce(store, []);
      await sendAsOnce(store, [['a']]);
      expect((await firstValueFrom(log.follow())).map(inShort)).toEqual(['2 sent a']);
    });
  });
});
