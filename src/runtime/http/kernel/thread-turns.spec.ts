/** Long answers in turns: whose turn it is, what comes between, and how much may wait for clients. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ThreadTurns, chunksInTurns, inTurns, parseInTurn } from './thread-turns.js';

/** Chunks that are produced without a pause, as from a log in this process. */
async function* produced(name: string, count: number, log: string[]): AsyncGenerator<string> {
  for (let nth = 0; nth < count; nth += 1) {
    log.push(name);
    yield await Promise.resolve(name.repeat(10));
  }
}

async function drain(chunks: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const chunk of chunks) count += chunk === undefined ? 0 : 1;
  return count;
}

const never = (): void => {
  throw new Error('was cut off');
};

/** Until nothing more happens without others. */
async function settled(): Promise<void> {
  for (let nth = 0; nth < 50; nth += 1) await nextTurn();
}

describe('turns on the thread', () => {
  it('go round: no reader gets a second one before each has had its first', async () => {
    const turns = new ThreadTurns();
    const log: string[] = [];
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(names.map((name) => drain(chunksInTurns(produced(name, 3, log), never, turns))));
    expect(log.slice(0, 6).sort()).toEqual(names);
    expect(log.slice(6, 12).sort()).toEqual(names);
  });

  it('leave the thread to everything else after each', async () => {
    const turns = new ThreadTurns();
    const log: string[] = [];
    const done = new AbortController();
    const others = (async () => {
      let most = 0;
      for (let seen = 0; !done.signal.aborted; seen = log.length) {
        await nextTurn();
        most = Math.max(most, log.length - seen);
      }
      return most;
    })();
    await Promise.all(
      Array.from({ length: 40 }, () => drain(chunksInTurns(produced('x', 20, log), never, turns))),
    );
    done.abort();
    expect(log).toHaveLength(800);
    expect(await others).toBeLessThanOrEqual(2);
  });

  it('are given to pages, too, which end as they would', async () => {
    const log: string[] = [];
    expect(await drain(inTurns(produced('a', 5, log), new ThreadTurns()))).toBe(5);
  });

  it('hand on what the reader throws, and go on with the others', async () => {
    const turns = new ThreadTurns();
    // eslint-disable-next-line require-yield -- it fails before its first chunk
    const failing = async function* (): AsyncGenerator<string> {
      await Promise.resolve();
      throw new Error('cannot be read');
    };
    await expect(drain(chunksInTurns(failing(), never, turns))).rejects.toThrow('cannot be read');
    expect(await drain(chunksInTurns(produced('a', 2, []), never, turns))).toBe(2);
  });
});

describe('chunks that wait for their clients', () => {
  it('are bounded in bytes: no more are produced until one is taken', async () => {
    const turns = new ThreadTurns(25);
    const log: string[] = [];
    const readers = Array.from({ length: 100 }, () => chunksInTurns(produced('x', 5, log), never, turns));
    for (const reader of readers) void reader.next();
    await settled();
    // 10 bytes each: the bound, and what was under way when it was reached.
    expect(turns.heldBytes).toBeGreaterThanOrEqual(25);
    expect(turns.heldBytes).toBeLessThanOrEqual(25 + 4 * 10);
    expect(log.length).toBeLessThanOrEqual(7);
    turns.maxBytes = Infinity;
    await Promise.all(readers.map((reader) => reader.return(undefined)));
    expect(turns.heldBytes).toBe(0);
  });

  it('are let go when the answer ends early', async () => {
    const turns = new ThreadTurns(25);
    const reader = chunksInTurns(produced('x', 5, []), never, turns);
    await reader.next();
    expect(turns.heldBytes).toBe(10);
    await reader.return(undefined);
    expect(turns.heldBytes).toBe(0);
  });

  it('cut off a client that takes nothing, but only once others wait for the memory', async () => {
    let elapsed = 0;
    const turns = new ThreadTurns(10, () => elapsed);
    let cuts = 0;
    const stalled = chunksInTurns(produced('x', 5, []), () => (cuts += 1), turns);
    await stalled.next();
    elapsed = 1_000_000;
    turns.cutStalled();
    expect(cuts).toBe(0);
    const other = drain(chunksInTurns(produced('y', 2, []), never, turns));
    await settled();
    turns.cutStalled();
    expect(cuts).toBe(1);
    await stalled.return(undefined);
    expect(await other).toBe(2);
  });
});

describe('bodies', () => {
  const MEBIBYTE = 1024 * 1024;

  it('are parsed at once when they are small', () => {
    expect(parseInTurn(100, () => 'parsed', new ThreadTurns())).toBe('parsed');
  });

  it('are parsed one a turn when they are large, and what follows on a body is part of its turn', async () => {
    const turns = new ThreadTurns();
    const log: string[] = [];
    const done = new AbortController();
    const others = (async () => {
      while (!done.signal.aborted) {
        await nextTurn();
        log.push('other');
      }
    })();
    await Promise.all(
      Array.from({ length: 20 }, async (_, nth) => {
        log.push(await Promise.resolve(parseInTurn(MEBIBYTE, () => `body ${nth}`, turns)));
        log.push(`handled ${nth}`);
      }),
    );
    done.abort();
    await others;
    for (let nth = 0; nth < 20; nth += 1) {
      const at = log.indexOf(`body ${nth}`);
      expect(log.slice(at, at + 3)).toEqual([`body ${nth}`, `handled ${nth}`, 'other']);
    }
  });

  it('hand on what is wrong with them', async () => {
    const refuse = (): never => {
      throw new Error('is not JSON');
    };
    await expect(Promise.resolve(parseInTurn(MEBIBYTE, refuse, new ThreadTurns()))).rejects.toThrow(
      'is not JSON',
    );
    expect(() => parseInTurn(1, refuse, new ThreadTurns())).toThrow('is not JSON');
  });
});
