/** Reads that are shared: how many there are, and who gets which. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SharedReads } from './shared-reads.js';

interface Read {
  readonly end: (value: number) => void;
  readonly fail: (error: Error) => void;
}

/** Reads that end when they are told to. */
function reads(): { readonly shared: SharedReads<number>; readonly begun: Read[] } {
  const begun: Read[] = [];
  const shared = new SharedReads(
    () =>
      new Promise<number>((end, fail) => {
        begun.push({ end, fail });
      }),
  );
  return { shared, begun };
}

describe('reads that are shared', () => {
  it('are two for a thousand callers: the one in progress, and the next for all others', async () => {
    const { shared, begun } = reads();
    const answers = Promise.all(Array.from({ length: 1000 }, () => shared.read()));
    begun[0]?.end(1);
    await nextTurn();
    begun[1]?.end(2);
    expect(new Set(await answers)).toEqual(new Set([1, 2]));
    expect(begun).toHaveLength(2);
  });

  it('give nobody what was read before they asked', async () => {
    const { shared, begun } = reads();
    const first = shared.read();
    const second = shared.read();
    begun[0]?.end(1);
    expect(await first).toBe(1);
    await nextTurn();
    const third = shared.read();
    begun[1]?.end(2);
    await nextTurn();
    begun[2]?.end(3);
    expect([await second, await third]).toEqual([2, 3]);
  });

  it('are joined also by who asks between the end of one and the beginning of the next', async () => {
    const { shared, begun } = reads();
    const between = shared.read().then(() => shared.read());
    const second = shared.read();
    begun[0]?.end(1);
    await nextTurn();
    expect(begun).toHaveLength(2);
    begun[1]?.end(2);
    expect([await between, await second]).toEqual([2, 2]);
  });

  it('begin anew when nobody reads', async () => {
    const { shared, begun } = reads();
    const first = shared.read();
    begun[0]?.end(1);
    await first;
    const second = shared.read();
    begun[1]?.end(2);
    expect(await second).toBe(2);
  });

  it('fail for those who share the one that fails, and for nobody else', async () => {
    const { shared, begun } = reads();
    const error = new Error('gone');
    const first = shared.read();
    const second = shared.read();
    begun[0]?.fail(error);
    await expect(first).rejects.toBe(error);
    await nextTurn();
    begun[1]?.end(2);
    expect(await second).toBe(2);
  });
});
