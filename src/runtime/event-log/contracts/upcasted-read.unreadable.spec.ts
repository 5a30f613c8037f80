/** Events that this code cannot read: whoever means them stops there, and is told. */
import { firstValueFrom } from 'rxjs';
import { z } from 'zod';
import {
  about,
  everInsured,
  inShort,
  insured1,
  logWith,
  parcelInsured,
  parcelsLog,
  sendAsOnce,
  sent2,
  sentLater,
} from '../../../../test/support/parcels.js';
import { EventUnreadable } from '../errors.js';
import { defineEvent } from './event-contract.js';
import type { EventLog } from '../event-log.js';
import { EVERYTHING, position, tag, type Query, type Range } from '../event.js';
import { MemoryStore } from '../../stores/memory.store.js';

describe('a log with an event of a newer revision', () => {
  let store: MemoryStore;
  let log: EventLog;

  beforeEach(async () => {
    store = new MemoryStore();
    log = parcelsLog(store);
    await sendAsOnce(store, [['a', 100]]);
    await logWith(store, sentLater).append([sentLater.create({}, [tag('parcel:b')])]);
    await sendAsOnce(store, [['c', 300]]);
  });

  const until = async (query: Query, range: Range = {}): Promise<readonly unknown[]> => {
    const seen: unknown[] = [];
    try {
      for await (const page of log.read(query, range)) seen.push(...page.map(inShort));
    } catch (error) {
      seen.push(error);
    }
    return seen;
  };
  const unreadable = expect.objectContaining({
    constructor: EventUnreadable,
    position: 2,
    message: 'The event at position 2 is parcel.sent of revision 4, but this version knows revisions 1 to 3.',
  }) as EventUnreadable;

  it('gives all before it and stops there, for whoever asks for its type', async () => {
    expect(await until([{ types: ['parcel.sent'] }])).toEqual(['1 sent a', unreadable]);
  });

  it('stops there for whoever asks for everything, or for its tag', async () => {
    expect(await until(EVERYTHING)).toEqual(['1 sent a', '1 insured a', unreadable]);
    expect(await until(about('b'))).toEqual([unreadable]);
  });

  it('stops there backwards, too', async () => {
    expect(await until(EVERYTHING, { backwards: true })).toEqual(['3 insured c', '3 sent c', unreadable]);
  });

  it('goes on for whoever asks for something else', async () => {
    expect(await until(everInsured)).toEqual(['1 insured a', '3 insured c']);
    expect(await until(about('c'))).toEqual(['3 sent c', '3 insured c']);
  });

  it('is no trouble before it is reached', async () => {
    expect(await until(EVERYTHING, { limit: 1 })).toEqual(['1 sent a', '1 insured a']);
  });

  it('is given as it is where nobody knows its type', async () => {
    const strange = logWith(store, parcelInsured);
    const page = await firstValueFrom(strange.follow(EVERYTHING, position(1)));
    expect(page[0]).toMatchObject({ position: 2, type: 'parcel.sent', revision: 4 });
  });
});

describe('a log with an event of an older revision than this code knows', () => {
  const sentSince = defineEvent({ type: 'parcel.sent', revision: 2, schema: z.json() }).revise({
    schema: z.null(),
    yields: [parcelInsured],
    upcast: () => [parcelInsured.create({ parcel: 'x', value: '1.00' })],
  });

  it('goes on for whoever asks for another type, though later revisions may become that', async () => {
    const store = new MemoryStore();
    await sendAsOnce(store, [['a', 100]]);
    await logWith(store, sent2).append([sent2.create({ parcel: 'b' })]);
    const seen: string[] = [];
    for await (const page of logWith(store, sentSince, parcelInsured).read(everInsured)) {
      seen.push(...page.map(inShort));
    }
    expect(seen).toEqual(['2 insured x']);
  });
});

describe('a log with an event whose upcaster fails', () => {
  const failing = insured1.revise({
    schema: z.null(),
    upcast: ({ data: { cents } }) => {
      if (cents === 13) throw new Error('13 is too much');
      return [{ data: null }];
    },
  });

  it('gives all before it, stops there, and names it', async () => {
    const store = new MemoryStore();
    const before = logWith(store, insured1);
    await before.append([1, 13, 2].map((cents) => insured1.create({ parcel: 'a', cents })));
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const page of logWith(store, failing).read())
        seen.push(...page.map((event) => event.position));
    };
    await expect(reading()).rejects.toThrow(
      'The event at position 2 is parcel.insured of revision 1, and the upcaster of parcel.insured from revision 1 to 2 failed: 13 is too much',
    );
    expect(seen).toEqual([1]);
  });
});
