/** From the revision that was recorded to the current one. */
import { z } from 'zod';
import { insured1, parcelInsured, parcelSent, sent1, sent2 } from '../../../../test/support/parcels.js';
import { recordedEvent } from '../../../../test/support/recorded-event.js';
import { EventUnreadable } from '../errors.js';
import { defineEvent, type AnyContract } from './event-contract.js';
import { tag, type Json, type RecordedEvent, type StoredEvent } from '../event.js';
import { isCurrent, isKnown, upcasted, type ContractLookup } from './upcasting.js';

const stored = (type: string, revision: number, data: Json, more: Partial<StoredEvent> = {}): StoredEvent =>
  Object.freeze(recordedEvent(7, { type, revision, data, metadata: { user: 'ada' }, ...more }));

const knowing =
  (...contracts: readonly AnyContract[]): ContractLookup =>
  (type) =>
    contracts.find((contract) => contract.type === type);

const today = knowing(parcelSent, parcelInsured);

const seen = (event: StoredEvent, contractOf = today): readonly Partial<RecordedEvent>[] =>
  upcasted(event, contractOf).map(({ type, revision, tags, data }) => ({ type, revision, tags, data }));

describe('an event', () => {
  it('of the current revision is seen as it was recorded', () => {
    const event = stored('parcel.insured', 2, { parcel: 'a', value: '1.50' });
    expect(upcasted(event, today)).toEqual([event]);
  });

  it('of a type that nobody here knows is seen as it was recorded', () => {
    const event = stored('van.washed', 9, {});
    expect(upcasted(event, today)).toEqual([event]);
  });

  it('becomes one', () => {
    expect(seen(stored('parcel.insured', 1, { parcel: 'a', cents: 5 }))).toEqual([
      { type: 'parcel.insured', revision: 2, tags: [], data: { parcel: 'a', value: '0.05' } },
    ]);
  });

  it('becomes none', () => {
    expect(seen(stored('parcel.sent', 1, { parcels: [] }))).toEqual([]);
  });

  it('becomes many, each of which goes on to the current revision, whatever type it has become', () => {
    const parcels = [{ parcel: 'a', cents: 150 }, { parcel: 'b' }];
    expect(seen(stored('parcel.sent', 1, { parcels }))).toEqual([
      { type: 'parcel.sent', revision: 3, tags: ['parcel:a'], data: { parcel: 'a', by: 'ada' } },
      { type: 'parcel.insured', revision: 2, tags: ['parcel:a'], data: { parcel: 'a', value: '1.50' } },
      { type: 'parcel.sent', revision: 3, tags: ['parcel:b'], data: { parcel: 'b', by: 'ada' } },
    ]);
  });

  it('begins the chain at the revision that it was recorded in', () => {
    expect(seen(stored('parcel.sent', 2, { parcel: 'a' }, { tags: [tag('parcel:a')] }))).toEqual([
      { type: 'parcel.sent', revision: 3, tags: ['parcel:a'], data: { parcel: 'a', by: 'ada' } },
    ]);
  });

  it('becomes one of a type that nobody here knows, and stays as the upcaster gave it', () => {
    const events = seen(stored('parcel.sent', 2, { parcel: 'a', cents: 5 }), knowing(parcelSent));
    expect(events[1]).toEqual({
      type: 'parcel.insured',
      revision: 1,
      tags: [],
      data: { parcel: 'a', cents: 5 },
    });
  });

  it('keeps its time, commit and metadata, however many it becomes', () => {
    const event = stored('parcel.sent', 1, { parcels: [{ parcel: 'a', cents: 1 }, { parcel: 'b' }] });
    const { position: at, time, commit, metadata } = event;
    for (const each of upcasted(event, today))
      expect(each).toMatchObject({ position: at, time, commit, metadata });
  });

  it('is numbered when it is one of many, and not when it is the only one', () => {
    const parts = (...parcels: readonly Json[]): readonly unknown[] =>
      upcasted(stored('parcel.sent', 1, { parcels }), today).map((event) => event.part);
    expect(parts({ parcel: 'a' }, { parcel: 'b' }, { parcel: 'c', cents: 1 })).toEqual([1, 2, 3, 4]);
    expect(upcasted(stored('parcel.sent', 1, { parcels: [{ parcel: 'a' }] }), today)[0]).not.toHaveProperty(
      'part',
    );
  });

  it('that was made is as unchangeable as one that was read', () => {
    const [event] = upcasted(stored('parcel.sent', 1, { parcels: [{ parcel: 'a' }] }), today);
    expect([event, event?.data, event?.tags].map((each) => Object.isFrozen(each))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('an upcaster', () => {
  const once = defineEvent({ type: 'thing.done', schema: z.strictObject({ n: z.int() }) });
  const other = defineEvent({ type: 'other.done', schema: z.strictObject({ n: z.int() }) });
  const schema = z.strictObject({ n: z.int() });
  const event = stored('thing.done', 1, { n: 1 }, { tags: [tag('a'), tag('b')] });
  /** What the event becomes by an upcaster that has escaped the compiler. */
  const by = (upcast: (given: never) => unknown, options: object = {}): readonly RecordedEvent[] =>
    upcasted(event, knowing(once.revise({ schema, upcast: upcast as never, ...options })));
  const twice = { data: { n: 2 } };

  it('is given the whole event as it was recorded', () => {
    const given: unknown[] = [];
    by((each) => {
      given.push(each);
      return [twice];
    });
    expect(given).toEqual([event]);
  });

  it('cannot change time, commit, metadata or revision', () => {
    const changed = { position: 8, time: 'now', commit: 'd', metadata: {}, revision: 9, id: 'e', ...twice };
    expect(by(() => [changed])).toEqual([{ ...event, revision: 2, data: { n: 2 } }]);
  });

  it('is refused by the compiler when it tries to', () => {
    const changing = (): AnyContract[] => [
      // @ts-expect-error -- it gives a position
      once.revise({ schema, upcast: ({ data, position: at }) => [{ data, position: at }] }),
      // @ts-expect-error -- it gives everything that it was given
      once.revise({ schema, upcast: (given) => [{ ...given }] }),
      // @ts-expect-error -- it gives an identity
      once.revise({ schema, upcast: ({ data }) => [{ data, id: 'x' }] }),
      // @ts-expect-error -- it gives an event of a type that it does not yield
      once.revise({ schema, upcast: ({ data }) => [other.create(data)] }),
      // @ts-expect-error -- it gives data of another form than its revision has
      once.revise({ schema, upcast: () => [{ data: { n: 'two' } }] }),
    ];
    expect(changing()).toHaveLength(5);
  });

  it('keeps the tags, drops some, or adds some if it says so', () => {
    const tagged = (...tags: readonly string[]): object => ({ ...twice, tags });
    expect(by(() => [twice])[0]?.tags).toEqual(['a', 'b']);
    expect(by(() => [tagged('b')])[0]?.tags).toEqual(['b']);
    expect(by(() => [tagged('b', 'c')], { addsTags: true })[0]?.tags).toEqual(['b', 'c']);
  });

  it('gives events of another type the tags of the event that it was given, unless it says which', () => {
    const given = by(() => [other.create({ n: 1 }), other.create({ n: 2 }, [tag('a')])], { yields: [other] });
    expect(given.map(({ type, tags }) => [type, tags])).toEqual([
      ['other.done', ['a', 'b']],
      ['other.done', ['a']],
    ]);
  });

  const failures: readonly (readonly [what: string, upcast: (given: never) => unknown, reason: string])[] = [
    [
      'throws',
      () => {
        throw new Error('cannot');
      },
      'cannot',
    ],
    [
      'throws what is no error',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- JavaScript lets it
        throw 'a tantrum';
      },
      'a tantrum',
    ],
    ['gives one event and not an array', () => twice, 'it gives no array of events'],
    ['gives a promise', () => Promise.resolve([twice]), 'it gives no array of events'],
    [
      'gives data that breaks the next revision',
      () => [{ data: { n: 'x' } }],
      'data.n: Invalid input: expected number, received string',
    ],
    [
      'gives more than the next revision has',
      () => [{ data: { n: 1, m: 2 } }],
      'data: Unrecognized key: "m"',
    ],
    [
      'gives a type that it does not yield',
      () => [other.create({ n: 1 })],
      'it gives other.done, which yields does not list',
    ],
    [
      'adds a tag without saying so',
      () => [{ ...twice, tags: ['a', 'c'] }],
      'it adds the tag c without addsTags',
    ],
    [
      'changes what it is given',
      (given: { data: { n: number } }) => {
        given.data.n += 1;
        return [given];
      },
      "Cannot assign to read only property 'n' of object '#<Object>'",
    ],
  ];

  it.each(failures)('that %s stops the reader, and is named', (_what, upcast, reason) => {
    const frozen = { ...event, data: Object.freeze({ n: 1 }) };
    const contract = once.revise({ schema, upcast: upcast as never });
    expect(() => upcasted(frozen, knowing(contract))).toThrow(
      `The event at position 7 is thing.done of revision 1, and the upcaster of thing.done from revision 1 to 2 failed: ${reason}`,
    );
  });

  it('that fails leaves its error as the cause', () => {
    const failure = new Error('cannot');
    const failing = (): unknown =>
      by(() => {
        throw failure;
      });
    expect(failing).toThrow(
      expect.objectContaining({ constructor: EventUnreadable, position: 7, cause: failure }) as Error,
    );
  });

  it('that gives text which is no Unicode stops the reader', () => {
    const text = defineEvent({ type: 'thing.done', schema: z.string() });
    const contract = text.revise({ schema: z.string(), upcast: () => [{ data: '\ud800' }] });
    expect(() => upcasted(stored('thing.done', 1, 'x'), knowing(contract))).toThrow('surrogate');
  });
});

describe('an event of a revision', () => {
  it.each([
    [1, false, true],
    [2, false, true],
    [3, true, true],
    [4, false, false],
  ])('%i of 3: is it current, is it known', (revision, current, known) => {
    const event = stored('parcel.sent', revision, {});
    expect([isCurrent(event, today), isKnown(event, today)]).toEqual([current, known]);
  });

  it('newer than this code is an error that names both', () => {
    expect(() => upcasted(stored('parcel.sent', 4, {}), today)).toThrow(
      'The event at position 7 is parcel.sent of revision 4, but this version knows revisions 1 to 3.',
    );
  });

  it('older than this code is one too', () => {
    const late = knowing(defineEvent({ type: 'parcel.sent', revision: 3, schema: z.json() }));
    expect(() => upcasted(stored('parcel.sent', 2, {}), late)).toThrow('this version knows revision 3.');
  });

  it('to which a chain leads, and from which none goes on, is one', () => {
    const contractOf = knowing(
      sent1.revise({
        schema: z.null(),
        yields: [insured1],
        upcast: () => [insured1.create({ parcel: 'a', cents: 1 })],
      }),
      defineEvent({ type: 'parcel.insured', revision: 2, schema: z.json() }),
    );
    expect(() => upcasted(stored('parcel.sent', 1, { parcels: [] }), contractOf)).toThrow(
      'position 7 is parcel.sent of revision 1, which becomes parcel.insured of revision 1, but this version knows revision 2.',
    );
  });

  it('in the middle of the chain has its own schema', () => {
    const broken = sent1
      .revise({ schema: z.null(), upcast: () => [{ data: null }] })
      .revise({ schema: z.strictObject({ n: z.int() }), upcast: () => [{ data: { n: 'x' as never } }] })
      .revise({ schema: z.null(), upcast: () => [{ data: null }] });
    expect(() => upcasted(stored('parcel.sent', 1, { parcels: [] }), knowing(broken))).toThrow(
      'is parcel.sent of revision 1, and the upcaster of parcel.sent from revision 2 to 3 failed: data.n',
    );
  });

  it('may be taken by a contract whose past is longer than the one that it was recorded under', () => {
    expect(seen(stored('parcel.sent', 1, { parcels: [{ parcel: 'a' }] }), knowing(sent2))).toEqual([
      { type: 'parcel.sent', revision: 2, tags: ['parcel:a'], data: { parcel: 'a' } },
    ]);
  });
});
