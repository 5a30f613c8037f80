/** How `leftfold/client` reads server-sent events, however they are cut into chunks. */
import { readEventStream, type StreamState } from '../../src/runtime/client/event-stream.js';
import { Random } from '../support/random.js';

const LINES = [
  'retry: 50',
  ': a comment',
  '',
  'id: 1',
  'data: {"text":"größer 🌳"}',
  '',
  'id: 2',
  '', // without data: not dispatched
  'event: end',
  'data:two',
  'data:  lines',
  'unknown: field',
  'retry: soon',
  '',
  'data',
  'id: a\0b',
  '',
  'id: 3',
  'data: cut off',
];

const MESSAGES = [
  { event: 'message', data: '{"text":"größer 🌳"}', lastId: '1' },
  { event: 'end', data: 'two\n lines', lastId: '2' },
  { event: 'message', data: '', lastId: '2' },
];

async function read(
  bytes: Uint8Array,
  sizeOf: () => number,
): Promise<{ all: unknown[]; state: StreamState }> {
  const state: StreamState = { lastId: undefined, retryMs: undefined };
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      const end = at + sizeOf();
      controller.enqueue(bytes.slice(at, end));
      at = end;
    },
  });
  const all: unknown[] = [];
  for await (const message of readEventStream(body, state)) all.push({ ...message, lastId: state.lastId });
  return { all, state };
}

it.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('messages with lines that end in %s are the same in all chunks', async (_name, end) => {
  const bytes = new TextEncoder().encode(LINES.join(end));
  for (const size of [1, 2, 3, bytes.length]) {
    const { all, state } = await read(bytes, () => size);
    expect(all).toEqual(MESSAGES);
    expect(state).toEqual({ lastId: '2', retryMs: 50 });
  }
  const random = new Random(1);
  for (let round = 0; round < 50; round++) {
    expect((await read(bytes, () => random.integer(1, 9))).all).toEqual(MESSAGES);
  }
});

it('reads a long line in a time that grows with its length', async () => {
  const text = 'a'.repeat(16 * 1024 * 1024);
  const bytes = new TextEncoder().encode(`data: ${text}\n\n`);
  const start = performance.now();
  const { all } = await read(bytes, () => 16 * 1024);
  expect(all).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(3_000);
});
