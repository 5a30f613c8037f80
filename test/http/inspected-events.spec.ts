/** Events by time, metadata and text: what a page, a stream of lines and a link to the next page give of them. */
import { ConsoleLogger, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApplication } from '../../src/apps/http-application.js';
import type { Metadata, RecordedEvent } from '../../src/runtime/event-log/event.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { newCommit } from '../support/new-commit.js';

@Module({})
class Inspected {}

const COUNT = 10_500;
const FIRST_MINUTE = Date.parse('2026-01-31T12:00:00Z');
const timeOf = (minute: number): string => new Date(FIRST_MINUTE + minute * 60_000).toISOString();

/** Two commits in each of the first minutes; then thousands in one more, which none of the searches fits but for the last. */
const COMMITS: readonly (readonly [minute: number, text: string, metadata: Metadata])[] = [
  [0, 'Ann', { correlationId: 'c-1', principal: 'key:till' }],
  [0, 'Bea', { correlationId: 'c-2', causationId: 'c-1' }],
  [1, 'ann again', { correlationId: 'c-1' }],
  [1, 'Cid', {}],
  [2, 'Ünal', { principal: 'key:till' }],
];

interface PageJson<Next = string | number> {
  readonly events: readonly RecordedEvent[];
  readonly next?: Next;
  readonly searched?: { readonly events: number };
}

let app: NestFastifyApplication;

beforeAll(async () => {
  const store = new MemoryStore();
  for (const [index, [minute, text, metadata]] of COMMITS.entries())
    await store.append(newCommit(String(index), { text }, { time: timeOf(minute), metadata }));
  const filler = { type: 'filler.added', revision: 1, tags: [], data: 1 };
  await store.append(
    newCommit('filler', 1, {
      time: timeOf(3),
      metadata: {},
      events: Array.from({ length: COUNT }, () => filler),
    }),
  );
  await store.append(newCommit('last', { text: 'Ann' }, { time: timeOf(4), metadata: {} }));
  app = await createHttpApplication(
    {
      module: Inspected,
      imports: [
        EventEmitterModule.forRoot(),
        LeftfoldModule.forRoot({ store, http: { events: 'read-only' } }),
      ],
    },
    {
      title: 'Inspected',
      description: '',
      version: '1',
      jsonTypes: [],
      logger: new ConsoleLogger({ logLevels: [] }),
    },
  );
});

afterAll(() => app.close());

const get = async (url: string): Promise<PageJson<string>> =>
  (await app.inject({ url })).json<PageJson<string>>();

const ask = async (where: object, more: object = {}): Promise<PageJson> => {
  const payload = { query: [{}], where, ...more };
  const response = await app.inject({ method: 'POST', url: '/events/query', payload });
  expect(response.statusCode).toBe(200);
  return response.json<PageJson>();
};

const positionsOf = ({ events }: PageJson): readonly number[] => events.map(({ position }) => position);

describe('events of a time', () => {
  it.each<readonly [what: string, where: object, positions: readonly number[]]>([
    ['since, with all of that moment', { since: timeOf(1), until: timeOf(2) }, [3, 4, 5]],
    ['until, with all of that moment', { until: timeOf(0) }, [1, 2]],
    ['in between', { since: '2026-01-31T12:00:00.001Z', until: '2026-01-31T12:01:59.999Z' }, [3, 4]],
    ['in another zone', { since: '2026-01-31T13:02:00+01:00', until: '2026-01-31T13:02:59+01:00' }, [5]],
    ['before the first', { until: '2020-01-01T00:00:00Z' }, []],
    ['after the last', { since: '2030-01-01T00:00:00Z' }, []],
  ])('are found %s', async (_what, where, positions) => {
    expect(positionsOf(await ask(where))).toEqual(positions);
    expect(positionsOf(await ask(where, { backwards: true }))).toEqual(positions.toReversed());
    expect(positionsOf(await get(`/events?${new URLSearchParams({ ...where }).toString()}`))).toEqual(
      positions,
    );
  });

  it('are not looked at one by one', async () => {
    expect(await ask({ since: timeOf(1), until: timeOf(2) })).not.toHaveProperty('searched');
  });

  it('lie between positions that are named, too', async () => {
    expect(positionsOf(await ask({ since: timeOf(1), until: timeOf(2) }, { after: 3, before: 5 }))).toEqual([
      4,
    ]);
  });
});

describe('events that are searched for', () => {
  const until = timeOf(2);

  it.each<readonly [what: string, where: object, parameters: string, positions: readonly number[]]>([
    ['a correlation', { correlationId: 'c-1' }, 'correlation=c-1', [1, 3]],
    ['a causation', { causationId: 'c-1' }, 'causation=c-1', [2]],
    ['a principal', { principal: 'key:till' }, 'principal=key:till', [1, 5]],
    ['a text in any case', { text: 'ANN' }, 'text=ANN', [1, 3]],
    ['a text beyond ASCII in any case', { text: 'ü' }, 'text=%C3%BC', [5]],
    ['a text as JSON has it', { text: '{"text":"cid"}' }, 'text=%7B%22text%22:%22cid%22%7D', [4]],
    ['all of several', { text: 'ann', principal: 'key:till' }, 'text=ann&principal=key:till', [1]],
    ['nothing that no event has', { correlationId: 'c' }, 'correlation=c', []],
  ])('are those with %s', async (_what, where, parameters, positions) => {
    const asked = await ask({ ...where, until });
    expect(positionsOf(asked)).toEqual(positions);
    expect(asked).toMatchObject({ searched: { events: 5 } });
    expect(asked).not.toHaveProperty('next');
    expect(await get(`/events?until=${until}&${parameters}`)).toEqual(asked);
  });

  it('are looked for among 10,000 events, then on the next page', async () => {
    const first = await ask({ text: 'ann' }, { after: 3 });
    expect(first).toEqual({ events: [], next: 10_003, searched: { events: 10_000 } });
    const second = await ask({ text: 'ann' }, { after: first.next });
    expect(positionsOf(second)).toEqual([COUNT + 6]);
    expect(second).toMatchObject({ searched: { events: COUNT + 6 - 10_003 } });
    expect(second).not.toHaveProperty('next');
  });

  it('are looked for backwards, too', async () => {
    const first = await ask({ text: 'ann' }, { backwards: true });
    expect([positionsOf(first), first.next]).toEqual([[COUNT + 6], COUNT + 7 - 10_000]);
    const second = await ask({ text: 'ann' }, { backwards: true, before: first.next });
    expect(positionsOf(second)).toEqual([3, 1]);
  });

  it('are looked at only where the query matches', async () => {
    const found = await ask({ text: 'ann' }, { query: [{ types: ['number.recorded'] }] });
    expect(positionsOf(found)).toEqual([1, 3, COUNT + 6]);
    expect(found.searched).toEqual({ events: 6 });
  });

  it('are no more than the limit, and the next page goes on after the last that was looked at', async () => {
    const first = await get('/events?text=ann&limit=1');
    expect(positionsOf(first)).toEqual([1]);
    expect(first.next).toBe('/events?after=1&limit=1&text=ann');
    expect(positionsOf(await get(first.next ?? ''))).toEqual([3]);
  });

  it('are all given as lines, in as many events as there are', async () => {
    const lines = async (url: string): Promise<readonly number[]> => {
      const { payload } = await app.inject({ url, headers: { accept: 'application/x-ndjson' } });
      return payload
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as RecordedEvent).position);
    };
    expect(await lines('/events?text=ann')).toEqual([1, 3, COUNT + 6]);
    expect(await lines('/events?text=ann&limit=2')).toEqual([1, 3]);
    expect(await lines('/events?text=nobody')).toEqual([]);
    expect(await lines(`/events?until=${until}`)).toEqual([1, 2, 3, 4, 5]);
  });

  it('lead on by a header where a page is a bare list', async () => {
    const { headers } = await app.inject({
      url: '/events?text=nobody',
      headers: { accept: 'application/cloudevents-batch+json' },
    });
    expect(headers.link).toBe('</events?after=10000&limit=100&text=nobody>; rel="next"');
  });
});
