import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemporaryFolder } from '../support/server.js';

const PROGRAM = join(import.meta.dirname, '..', 'support', 'slow-follower.mjs');

/** What was written, as JavaScript holds it, is several times the memory that the process may have. */
const HEAP_IN_MIB = 48;
const COMMITS = 200;

describe('a follower slower than the writers', () => {
  const folder = new TemporaryFolder();

  afterAll(() => {
    folder.remove();
  });

  it('costs no more memory than the pages that are on their way, slows nobody, and sees everything in the end', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      `--max-old-space-size=${HEAP_IN_MIB}`,
      PROGRAM,
      folder.path,
      String(COMMITS),
    ]);
    const { total, seenWhileWriting, seen } = JSON.parse(stdout) as {
      readonly total: number;
      readonly seenWhileWriting: { readonly quick: number; readonly slow: number };
      readonly seen: { readonly quick: number; readonly slow: number };
    };
    expect(total).toBe(COMMITS * 1_000);
    expect(seen).toEqual({ quick: total, slow: total });
    // It stood still all the while, and who kept up was not held up by it.
    expect(seenWhileWriting.slow).toBeLessThanOrEqual(1_000);
    expect(seenWhileWriting.quick).toBeGreaterThan(total - 20_000);
  }, 60_000);
});
