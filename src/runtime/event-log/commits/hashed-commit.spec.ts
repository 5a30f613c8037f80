/** Commits under their hashes: what fits, and what does not. */
import { LogDamaged } from '../errors.js';
import { commitId, position, tag, type Json, type NewCommit } from '../event.js';
import { NO_HASH, recordedOf, requireSuccession, hashCommit, verifyCommit } from './hashed-commit.js';

const commit = (id: string, value = '5'): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [], data: { value } }],
});

const sealed = hashCommit(commit('c'), position(7), NO_HASH);

describe('a sealed commit', () => {
  it('is opened again', () => {
    expect(verifyCommit(sealed.bytes, position(7))).toMatchObject({
      id: 'c',
      first: 7,
      last: 7,
      previous: NO_HASH,
    });
  });

  it('shows its hash and the one before it in hexadecimal', () => {
    const { hash, previous } = recordedOf(verifyCommit(sealed.bytes, position(7)));
    expect(hash).toBe(sealed.hash.toString('hex'));
    expect(previous).toBe('0'.repeat(64));
  });

  it('has another hash for other content, another position and another commit before it', () => {
    const hashes = [
      sealed,
      hashCommit(commit('d'), position(7), NO_HASH),
      hashCommit(commit('c', '6'), position(7), NO_HASH),
      hashCommit(commit('c'), position(8), NO_HASH),
      hashCommit(commit('c'), position(7), sealed.hash),
    ].map(({ hash }) => hash.toString('hex'));
    expect(new Set(hashes).size).toBe(5);
  });

  it('is refused when any bit of it is another', () => {
    for (let bit = 0; bit < sealed.bytes.length * 8; bit += 1) {
      const bytes = Buffer.from(sealed.bytes);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => verifyCommit(bytes, position(7))).toThrow(LogDamaged);
    }
  });

  it('is refused when it is cut, and when it stands where it does not belong', () => {
    expect(() => verifyCommit(sealed.bytes.subarray(0, -1), position(7))).toThrow(LogDamaged);
    expect(() => verifyCommit(sealed.bytes, position(8))).toThrow(
      'position 8: a commit stands there that ends at 7',
    );
  });
});

/** What was written once must be read for ever: whatever packs the bytes must go on packing them like this. */
describe('the bytes of a sealed commit', () => {
  it('are the same in every version', () => {
    expect(sealed.bytes.subarray(64).toString('hex')).toBe(
      '9802a163b8323032362d30312d33315431323a30303a30302e3030305a0000079195af6e756d6265722e7265636f726465640191a576616c7565919091a13501',
    );
    expect(sealed.hash.toString('hex')).toBe(
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
    expect(hashCommit(many, position(2 ** 32), sealed.hash).hash.toString('hex')).toBe(
      '254d5f9d31df02adcb9490b50df0b56933392e5fd5b50cb4b3acf4eb0d97b6f6',
    );
  });
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
