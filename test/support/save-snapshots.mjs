/** Saves snapshots in a folder, one after the other, until it is killed; prints the position of each once it is kept. */
import { built } from './built.mjs';

const { FileSnapshotStore } = await built('runtime/projection/snapshots/file-snapshot-store.js');

const [folder, from] = process.argv.slice(2);
const store = new FileSnapshotStore(folder, { spacing: 50, bytes: 1024 ** 3 });
for (let position = Number(from) + 1; ; position += 1) {
  // Large enough that it is often killed while it writes.
  const state = { value: 'counting', context: { total: BigInt(position), text: 'x'.repeat(300_000) } };
  await store.save({
    position,
    log: 'a log',
    hash: 'a hash',
    machine: 'a machine',
    digest: { high: 0, low: position },
    state,
  });
  process.stdout.write(`${position}\n`);
}
