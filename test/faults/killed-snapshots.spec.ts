/** A process is killed at any time while it writes snapshots: the newest snapshot is intact, or the one before it still exists. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { position } from '../../src/runtime/event-log/event.js';
import { FileSnapshotStore } from '../../src/runtime/projection/snapshots/file-snapshot-store.js';
import { findUsableSnapshot } from '../../src/runtime/projection/snapshots/usable-snapshot.js';
import { TemporaryFolder } from '../support/server.js';
import { stateDigest } from '../../src/runtime/projection/snapshots/state-digest.js';
import type { Snapshot } from '../../src/runtime/projection/snapshots/snapshot-store.js';

const PROGRAM = join(import.meta.dirname, '..', 'support', 'save-snapshots.mjs');
const KILLS = 15;

const origin = {
  log: 'a log',
  machine: 'a machine',
  head: position(1_000_000),
  hashAt: () => Promise.resolve('a hash'),
};

const folder = new TemporaryFolder();

afterAll(() => {
  folder.remove();
});

/** Kills it some milliseconds after its first snapshot. Resolves to the last position that it said was kept. */
async function killedAfter(from: number, milliseconds: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, folder.path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), milliseconds);
    text += chunk.toString();
  });
  await once(child, 'close');
  return Number(/(\d+)\n$/.exec(text.slice(0, text.lastIndexOf('\n') + 1))?.[1]);
}

async function newest(): Promise<{ readonly found: Snapshot | undefined; readonly passedOver: number }> {
  let passedOver = 0;
  const found = await findUsableSnapshot(new FileSnapshotStore(folder.path), origin, undefined, () => {
    passedOver += 1;
  });
  return { found, passedOver };
}

describe('a process that is killed while it writes snapshots', () => {
  it('leaves every one that it said was kept, and nothing that is not whole', async () => {
    let last = 0;
    const unfinished: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await killedAfter(last, Math.random() * 40);
      const names = readdirSync(folder.path);
      unfinished.push(names.filter((name) => name.endsWith('.new')).length);
      const { found, passedOver } = await newest();
      // It may have been killed between having kept one and saying so.
      expect([said, said + 1]).toContain(found?.position);
      expect(passedOver).toBe(0);
      expect(found?.stateDigest).toBe(found && stateDigest(found.state));
      expect(found?.state.context).toMatchObject({ total: BigInt(found?.position ?? 0) });
      last = found?.position ?? 0;
    }
    // What one run left unfinished, the next one has cleared away.
    expect(Math.max(...unfinished)).toBeLessThanOrEqual(1);
    await new FileSnapshotStore(folder.path).save({
      position: position(last + 1),
      log: 'a log',
      hash: 'a hash',
      machine: 'a machine',
      digest: { high: 0, low: 0 },
      state: { value: 's', context: {} },
    });
    expect(readdirSync(folder.path).filter((name) => !name.endsWith('.snapshot'))).toEqual([]);
  });
});
