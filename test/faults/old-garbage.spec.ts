/** Steady appends promote next to nothing to the old generation, which only a full collection would free. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemporaryFolder } from '../support/server.js';

const PROGRAM = join(import.meta.dirname, '..', 'support', 'append-steadily.mjs');
const APPENDS = 20_000;

describe('steady appends', () => {
  const folder = new TemporaryFolder();

  afterAll(() => {
    folder.remove();
  });

  it('leave nothing that grows old', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--expose-gc',
        // No full collection but the one that is asked for.
        '--heap-growing-percent=2000',
        PROGRAM,
        folder.path,
        String(APPENDS),
      ],
      // A follower that fails would be waited for in vain.
      { timeout: 50_000 },
    );
    const { grown, seen } = JSON.parse(stdout) as { readonly grown: number; readonly seen: number };
    expect(seen).toBe(3 * 2 * APPENDS);
    expect(grown).toBeLessThan(50);
  }, 60_000);
});
