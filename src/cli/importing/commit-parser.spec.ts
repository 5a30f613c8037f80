/** Rebuilding commits from lines: complete or not at all. */
import { ndjson } from '../formats/ndjson.js';
import { parseCommits } from './commit-parser.js';
import type { ImportedCommit } from './commit-assembly.js';
import type { LinePage } from './line-reader.js';

type Fields = Readonly<Record<string, unknown>>;

const line = (position: number, commit: string, more: Fields = {}): string =>
  JSON.stringify({
    position,
    type: 'number.recorded',
    revision: 1,
    tags: [],
    data: { value: String(position) },
    time: '2026-01-31T12:00:00.000Z',
    commit,
    metadata: { by: commit },
    ...more,
  });

/** Two lines a page. */
async function* pagesOf(texts: readonly string[]): AsyncIterable<LinePage> {
  for (let start = 0; start < texts.length; start += 2)
    yield await Promise.resolve({ first: start + 1, texts: texts.slice(start, start + 2), bytes: start + 2 });
}

/** The commits that were read, and the message of the error that ended the reading. */
async function read(
  ...texts: readonly string[]
): Promise<{ readonly commits: readonly ImportedCommit[]; readonly refused?: string }> {
  const commits: ImportedCommit[] = [];
  try {
    for await (const page of parseCommits(pagesOf(texts))) commits.push(...page.commits);
  } catch (error) {
    return { commits, refused: (error as Error).message };
  }
  return { commits };
}

const idsOf = ({ commits }: { readonly commits: readonly ImportedCommit[] }): readonly string[] =>
  commits.map(({ commit }) => `${commit.id}:${commit.events.length}`);

const three = { commitEvents: 3 };

describe('parseCommits', () => {
  it.each(['leftfold.event-skipped', 'event.skipped', 'leftfold.made-up'])(
    'refuses %s, which only the runtime records, unless it is told to take it',
    async (type) => {
      const lines = [line(1, 'a'), line(2, 'b', { type }), line(3, 'c')];
      const { commits, refused } = await read(...lines);
      expect([commits.length, refused]).toEqual([
        0,
        `line 2: is ${type}, which only the runtime records; --with-runtime-events takes it, for a file that an export of a log of your own wrote`,
      ]);
      const taken: string[] = [];
      for await (const page of parseCommits(pagesOf(lines), undefined, true))
        taken.push(...page.commits.map(({ commit }) => commit.id));
      expect(taken).toEqual(['a', 'b', 'c']);
    },
  );

  it('makes one commit of consecutive lines with the same id', async () => {
    const found = await read(
      line(1, 'a'),
      line(2, 'b', three),
      line(3, 'b', three),
      line(4, 'b', three),
      line(5, 'c'),
    );
    expect(idsOf(found)).toEqual(['a:1', 'b:3', 'c:1']);
    expect(found.refused).toBeUndefined();
  });

  it('takes the fields of a commit from its lines', async () => {
    const { commits } = await read(line(7, 'a', { fingerprint: 'f', tags: ['x'] }));
    expect(commits).toEqual([
      {
        commit: {
          id: 'a',
          time: '2026-01-31T12:00:00.000Z',
          isImported: true,
          metadata: { by: 'a' },
          fingerprint: 'f',
          events: [{ type: 'number.recorded', revision: 1, tags: ['x'], data: { value: '7' } }],
        },
        line: 1,
        first: 7,
        characters: expect.any(Number) as number,
      },
    ]);
  });

  it('gives the first position only when the positions are known and consecutive', async () => {
    const { commits } = await read(
      line(1, 'a'),
      line(2, 'b'),
      line(4, 'b'),
      line(5, 'c', { position: undefined }),
    );
    expect(commits.map(({ first }) => first)).toEqual([1, undefined, undefined]);
  });

  it('ignores empty lines', async () => {
    expect(idsOf(await read('', line(1, 'a'), ' ', '\r', line(2, 'b')))).toEqual(['a:1', 'b:1']);
  });

  it('reads no commits from no lines', async () => {
    expect(await read()).toEqual({ commits: [] });
  });

  it('detects CloudEvents by the first line', async () => {
    const found = await read(
      '{"specversion":"1.0","id":"1","source":"/","type":"a.b","time":"2026-01-31T12:00:00.000Z","data":1,"revision":1,"commit":"a"}',
      line(2, 'b'),
    );
    expect(found.refused).toMatch(/^line 2: #\/specversion: /);
  });

  it('reads the given format without detection', async () => {
    const pages = parseCommits(pagesOf(['{"specversion":"1.0"}']), ndjson);
    await expect(
      pages[Symbol.asyncIterator]()
        .next()
        .then(() => pages[Symbol.asyncIterator]().next()),
    ).rejects.toThrow('line 1: #/type: ');
  });

  describe('on invalid lines', () => {
    it('names the line and the field, after yielding the complete commits before it', async () => {
      const found = await read(line(1, 'a'), line(2, 'b'), line(3, 'c'), line(4, 'd', { revision: 'x' }));
      expect(idsOf(found)).toEqual(['a:1', 'b:1']);
      expect(found.refused).toMatch(/^line 4: #\/revision: /);
    });

    it('yields no part of a commit with an invalid line', async () => {
      const found = await read(line(1, 'a'), line(2, 'b', three), line(3, 'b', three), 'torn');
      expect(idsOf(found)).toEqual(['a:1']);
      expect(found.refused).toMatch(/^line 4: is not JSON/);
    });

    it('rejects a commit whose last lines are missing', async () => {
      const found = await read(line(1, 'a'), line(2, 'b', three), line(3, 'b', three));
      expect(idsOf(found)).toEqual(['a:1']);
      expect(found.refused).toBe(
        'line 3: the commit b was exported with 3 events, and 2 of them are here; the file was cut or filtered',
      );
    });

    it('rejects a commit with missing lines in the middle', async () => {
      const { refused } = await read(line(2, 'b', three), line(4, 'b', three), line(5, 'c'));
      expect(refused).toMatch(/^line 2: the commit b was exported with 3 events, and 2 of them/);
    });

    it('rejects a repeated line', async () => {
      const found = await read(line(1, 'a'), line(2, 'b'), line(2, 'b'));
      expect(idsOf(found)).toEqual(['a:1']);
      expect(found.refused).toBe('line 3: position 2 does not follow on 2');
    });

    it.each([
      ['time', { time: '2026-01-31T12:00:00.001Z' }],
      ['metadata', { metadata: {} }],
      ['fingerprint', { fingerprint: 'f' }],
      ['number of events', { commitEvents: 2 }],
    ])('rejects a commit whose lines differ in %s', async (what, more) => {
      const { refused } = await read(line(1, 'a'), line(2, 'a', more));
      expect(refused).toBe(`line 2: the commit a has another ${what} here than in line 1`);
    });

    it('rejects a commit with more events than a commit may have', async () => {
      const lines = Array.from({ length: 10_001 }, (_, index) => line(index + 1, 'a'));
      expect((await read(...lines)).refused).toBe('line 10001: the commit a has more than 10000 events');
    });
  });
});
