import { LogWentBack } from '../../event-log/errors.js';
import { position } from '../../event-log/event.js';
import { SeenHead } from './seen-head.js';

const hash = (text: string): Buffer => Buffer.from(text.padEnd(32));
const row = (head: number, of: string, known: string | null) => ({
  head: position(head),
  hash: hash(of),
  known: known === null ? null : hash(known),
});

function seenAt(head: number, of: string): SeenHead {
  const seen = new SeenHead();
  seen.appended(position(1), { head: position(head), hash: hash(of) });
  return seen;
}

describe('the head that was last seen', () => {
  it('moves on with a log that still holds it', () => {
    const seen = seenAt(3, 'c');
    seen.take(seen.known, row(6, 'f', 'c'));
    seen.requireSamePast();
    expect(seen.position.position).toBe(6);
  });

  it.each([
    ['ends before it', row(2, 'b', null)],
    ['ends there with another commit', row(3, 'x', 'x')],
    ['goes on after another commit', row(9, 'y', 'x')],
    ['has no commit that ends there any more', row(9, 'y', null)],
  ])('tells once that the log has another past: it %s', async (_case, found) => {
    const seen = seenAt(3, 'c');
    const waiting = seen.position.passed(position(3), AbortSignal.timeout(5_000));
    seen.take(seen.known, found);
    await waiting;
    expect(() => {
      seen.requireSamePast();
    }).toThrow(LogWentBack);
    seen.requireSamePast();
    expect(seen.position.position).toBe(found.head);
  });

  it('tells it when an append of this process was given positions that were seen before', () => {
    const seen = seenAt(3, 'c');
    seen.appended(position(2), { head: position(4), hash: hash('x') });
    expect(() => {
      seen.requireSamePast();
    }).toThrow(LogWentBack);
  });

  it('does not mind that an append of this process was seen before it was answered', () => {
    const seen = seenAt(3, 'c');
    seen.take(seen.known, row(6, 'f', 'c'));
    seen.appended(position(4), { head: position(6), hash: hash('f') });
    seen.appended(position(4), { head: position(5), hash: hash('e') });
    seen.requireSamePast();
    expect(seen.position.position).toBe(6);
  });

  it('is not misled by an answer that is older than what this process has appended since', () => {
    const seen = seenAt(3, 'c');
    const before = seen.known;
    seen.appended(position(4), { head: position(6), hash: hash('f') });
    seen.take(before, row(3, 'c', 'c'));
    seen.requireSamePast();
    expect(seen.position.position).toBe(6);
  });
});
