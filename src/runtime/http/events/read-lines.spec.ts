/** Streams of events in chunks: together they are everything, and no read stays open between two of them. */
import { EventUnreadable } from '../../event-log/errors.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  type Range,
  type RecordedEvent,
} from '../../event-log/event.js';
import { CHUNK_LENGTH, readLines } from './read-lines.js';

const event = (at: number, length = 10, part?: number): RecordedEvent => ({
  position: position(at),
  type: 'noted',
  revision: 1,
  tags: [],
  data: 'x'.repeat(length),
  time: '2026-11-27T00:00:00.000Z',
  commit: commitId('one'),
  metadata: {},
  ...(part !== undefined && { part }),
});

/** A log of these events; fails after them, if need be. Knows how many reads are open. */
class FakeLog {
  open = 0;

  constructor(
    private readonly events: readonly RecordedEvent[],
    private readonly failure?: Error,
  ) {}

  async *read(
    _: unknown,
    { after = START, through, limit, backwards }: Range = {},
  ): AsyncIterable<RecordedEvent[]> {
    this.open += 1;
    try {
      const found = this.events.filter(({ position: at }) => at > after && at <= (through ?? Infinity));
      if (backwards === true) found.reverse();
      const places = [...new Set(found.map(({ position: at }) => at))].slice(0, limit);
      for (const place of places)
        yield await Promise.resolve(found.filter(({ position: at }) => at === place));
      if (this.failure !== undefined) throw this.failure;
    } finally {
      this.open -= 1;
    }
  }
}

async function chunksOf(log: FakeLog, from: Range): Promise<readonly (readonly RecordedEvent[])[]> {
  const chunks: (readonly RecordedEvent[])[] = [];
  for (let range: Range | undefined = from; range !== undefined;) {
    const { text, rest } = await readLines(log, EVERYTHING, range);
    expect(log.open).toBe(0);
    chunks.push(
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as RecordedEvent),
    );
    range = rest;
  }
  return chunks;
}

const THIRD = Math.ceil(CHUNK_LENGTH / 3);

describe('a stream of events', () => {
  const events = Array.from({ length: 10 }, (_, index) => event(index + 1, THIRD));

  it('ends a chunk at its length, and goes on after it without a gap or a repeat', async () => {
    const chunks = await chunksOf(new FakeLog(events), {});
    expect(chunks.map(({ length }) => length)).toEqual([3, 3, 3, 1]);
    expect(chunks.flat()).toEqual(events);
  });

  it('goes on backwards, too', async () => {
    const chunks = await chunksOf(new FakeLog(events), { backwards: true, through: position(9) });
    expect(chunks.flat()).toEqual(events.slice(0, 9).reverse());
  });

  it.each([1, 3, 4, 6, 10])('ends at a limit of %d', async (limit) => {
    expect((await chunksOf(new FakeLog(events), { limit })).flat()).toEqual(events.slice(0, limit));
  });

  it('never parts what upcasters made of one event', async () => {
    const parts = [event(1, CHUNK_LENGTH, 1), event(1, 10, 2), event(2)];
    expect(await chunksOf(new FakeLog(parts), {})).toEqual([parts.slice(0, 2), parts.slice(2)]);
  });

  it('is empty for an empty log', async () => {
    expect(await chunksOf(new FakeLog([]), {})).toEqual([[]]);
  });

  it('gives what comes before an event that cannot be read, and then fails', async () => {
    const failure = new EventUnreadable(event(3), 'for the test');
    const log = new FakeLog([event(1), event(2)], failure);
    const first = await readLines(log, EVERYTHING, {});
    expect(first.text.split('\n')).toHaveLength(3);
    expect(first.rest).toEqual({ after: 2 });
    await expect(readLines(log, EVERYTHING, { after: position(2) })).rejects.toBe(failure);
  });
});
