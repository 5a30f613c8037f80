/** Commits under their hashes: what fits, and what does not. */
import { createHash } from 'node:crypto';
import { LogDamaged } from '../errors.js';
import { commitId, position, tag, type Json, type NewCommit, type Tag } from '../event.js';
import { encodeContent } from './commit-encoding.js';
import { NO_HASH, toRecordedCommit, requireSuccession, hashCommit, verifyCommit } from './hashed-commit.js';

const commit = (id: string, value = '5'): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [], data: { value } }],
});

const FIRST = position(7);

const holding = (data: Json, tags: readonly Tag[] = []): NewCommit => ({
  ...commit('c'),
  events: [{ type: 'number.recorded', revision: 1, tags, data }],
});

const hashed = hashCommit(commit('c'), FIRST, NO_HASH);

describe('a hashed commit', () => {
  it('is verified and decoded', () => {
    expect(verifyCommit(hashed.bytes, position(7))).toMatchObject({
      id: 'c',
      first: 7,
      last: 7,
      previous: NO_HASH,
    });
  });

  it('shows its hash and the one before it in hexadecimal', () => {
    const { hash, previous } = toRecordedCommit(verifyCommit(hashed.bytes, position(7)));
    expect(hash).toBe(hashed.hash.toString('hex'));
    expect(previous).toBe('0'.repeat(64));
  });

  it('has another hash for other content, another position and another commit before it', () => {
    const hashes = [
      hashed,
      hashCommit(commit('d'), position(7), NO_HASH),
      hashCommit(commit('c', '6'), position(7), NO_HASH),
      hashCommit(commit('c'), position(8), NO_HASH),
      hashCommit(commit('c'), position(7), hashed.hash),
    ].map(({ hash }) => hash.toString('hex'));
    expect(new Set(hashes).size).toBe(5);
  });

  it('is refused when any bit of it is another', () => {
    for (let bit = 0; bit < hashed.bytes.length * 8; bit += 1) {
      const bytes = Buffer.from(hashed.bytes);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => verifyCommit(bytes, position(7))).toThrow(LogDamaged);
    }
  });

  it('is refused when it is cut, and when it stands where it does not belong', () => {
    expect(() => verifyCommit(hashed.bytes.subarray(0, -1), position(7))).toThrow(LogDamaged);
    expect(() => verifyCommit(hashed.bytes, position(8))).toThrow(
      'position 8: a commit stands there that ends at 7',
    );
  });
});

/** Logs of every version must be readable and keep their hashes, so these bytes may never change. */
describe('the bytes of a hashed commit', () => {
  it('are the same in every version', () => {
    expect(hashed.bytes.subarray(64).toString('hex')).toBe(
      '9802a163b8323032362d30312d33315431323a30303a30302e3030305a0000079195af6e756d6265722e7265636f726465640191a576616c7565919091a13501',
    );
    expect(hashed.hash.toString('hex')).toBe(
      '4836c12bba5814055ad7f40dc6b1999a92740ab3835bdd1d980f8e6194f56ffd',
    );
  });

  it('are the same in every version, of every kind of value', () => {
    const events = [
      {
        type: 'number.recorded',
        revision: 2,
        tags: [tag('number:1'), tag('é')],
        data: { value: '5', note: 'x' },
      },
      { type: 'number.recorded', revision: 2, tags: [tag('number:2')], data: { value: '6', note: 'x' } },
      { type: 'number.retracted', revision: 1, tags: [], data: null },
      { type: 'number.recorded', revision: 2, tags: [], data: { value: '7', note: 'x' } },
      {
        type: 'thing.happened',
        revision: 70_000,
        tags: [],
        data: [1, -1, 300, 70_000, 5_000_000_000, -5_000_000_000, 1.5, 'a'.repeat(40), {}],
      },
      { type: 'thing.happened', revision: 1, tags: [], data: JSON.parse('{"__proto__":1}') as Json },
    ];
    const many: NewCommit = {
      id: commitId('run/00000001'),
      time: '2026-01-31T12:00:00.000Z',
      metadata: { user: 'añb', nested: { a: [1, 2.5, null, true] } },
      fingerprint: 'f',
      events,
    };
    expect(hashCommit(many, position(2 ** 32), hashed.hash).hash.toString('hex')).toBe(
      '254d5f9d31df02adcb9490b50df0b56933392e5fd5b50cb4b3acf4eb0d97b6f6',
    );
  });

  /** Where the encoding of a number changes, and what is next to it on either side. */
  const limits = [0, 0x20, 0x80, 0x100, 0x8000, 0x10000, 2 ** 31, 2 ** 32, 2 ** 53].flatMap((limit) =>
    [limit - 1, limit, limit + 1].flatMap((value) => [value, -value]),
  );
  const many = Array.from({ length: 16 }, (_, index) => `m${index}`);
  const each = (...commits: readonly NewCommit[]): readonly (readonly [NewCommit, number])[] =>
    commits.map((given) => [given, FIRST]);

  it.each<[string, string, readonly (readonly [commit: NewCommit, first: number])[]]>([
    [
      'number in it',
      'fc81df038de9f840f8eb1e0425cb41f98deb609ddcc6fc646189c4ee0a765915',
      each(
        ...[...limits, ...[0.5, -0.5, 1.1, 1e300, 5e-324, Number.MAX_VALUE, -Number.MIN_VALUE]].map((value) =>
          holding({ value }),
        ),
      ),
    ],
    [
      'length of text in it',
      'e504cf8cd2b26e1c1e45b30f31ca35274185e0717fdc3d36c49901a2360f40d8',
      each(
        ...[0, 1, 31, 32, 255, 256, 65_535, 65_536].map((length) => holding({ value: 'x'.repeat(length) })),
      ),
    ],
    [
      'position',
      '1a32797df2841f2c61b1f3f28c09f8488ab71b2f77cd318d7dfb8b9f05e85af7',
      limits.filter((limit) => limit > 0 && limit < 2 ** 53).map((first) => [holding({ value: '5' }), first]),
    ],
    [
      'shape of its data',
      '3f6ec6bde4f96879d3884743c63fed4f66b50e834bb75119ebc1da8a760aff8d',
      each(
        ...[
          '5',
          null,
          ['5'],
          { value: { amount: 5 } },
          { value: [5] },
          JSON.parse('{"a":1,"__proto__":2}') as Json,
          Object.fromEntries(many.slice(0, 12).map((name) => [name, 1])),
          { value: 'Zürich' },
          { größe: 1 },
          { a: null, b: true, c: false },
          {},
        ].map((data) => holding(data)),
      ),
    ],
    [
      'kind of tags, metadata and fingerprint',
      '5d4d86ef11bd1245a850e99e3d79b58186b52304112d2652692061dfb3178587',
      each(
        holding({}, many.map(tag)),
        holding({}, [tag('ort:Zürich')]),
        { ...holding({}), metadata: { user: 'a', nested: { b: [1] } } },
        { ...holding({}), fingerprint: 'f'.repeat(43) },
      ),
    ],
  ])('are the same in every version, of one event with any %s', (_what, expected, commits) => {
    const digest = createHash('sha256');
    for (const [given, first] of commits) digest.update(hashCommit(given, position(first), NO_HASH).hash);
    expect(digest.digest('hex')).toBe(expected);
  });

  it('are kept by each of many commits that are hashed one after the other', () => {
    const given = Array.from({ length: 2_000 }, (_, index) =>
      holding({ value: String(index).padStart(index % 700, '0') }),
    );
    const commits = given.map((one, index) => hashCommit(one, position(index + 1), NO_HASH));
    for (const [index, { bytes }] of commits.entries())
      expect(bytes.subarray(64)).toEqual(encodeContent(given[index] ?? commit('c'), position(index + 1)));
  });

  it.each([8_000, 8_100, 8_120, 8_130, 8_192, 9_000, 100_000])(
    'are those of the content with a text of %d characters in it, too',
    (length) => {
      const given = holding({ value: 'x'.repeat(length) });
      expect(hashCommit(given, FIRST, NO_HASH).bytes.subarray(64)).toEqual(encodeContent(given, FIRST));
    },
  );
});

describe('the succession of commits', () => {
  const first = verifyCommit(hashCommit(commit('a'), position(1), NO_HASH).bytes, position(1));
  const second = verifyCommit(hashCommit(commit('b'), position(2), first.hash).bytes, position(2));

  it('holds from the beginning on', () => {
    expect(() => {
      requireSuccession(undefined, first);
      requireSuccession(first, second);
    }).not.toThrow();
  });

  it('does not hold over a gap', () => {
    expect(() => {
      requireSuccession(undefined, second);
    }).toThrow('damaged at position 1: the commit after position 0 begins at 2');
  });

  it('does not hold when the one before is another', () => {
    const other = verifyCommit(hashCommit(commit('x'), position(1), NO_HASH).bytes, position(1));
    expect(() => {
      requireSuccession(other, second);
    }).toThrow('damaged at position 2');
  });
});
