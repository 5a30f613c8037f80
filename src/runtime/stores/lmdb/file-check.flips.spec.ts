/** A bit that flipped anywhere in a data file is noticed, unless it is part of a key or a value, or of nothing that is read. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { TABLES, makeDataFile } from '../../../../test/support/data-file.js';
import { Random } from '../../../../test/support/random.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { FileDamaged, TableFlag, checkFile } from './file-check.js';

const FLIPS = 800;

interface Entry {
  /** The table, and the key in it. */
  readonly place: string;
  /** The value, and its version. */
  readonly content: string;
}

/** Everything that LMDB reads in a file, as bytes. */
async function readEntries(folder: string): Promise<readonly Entry[]> {
  const root = open({ path: folder, readOnly: true });
  const entries: Entry[] = [];
  for (const [name, flags] of Object.entries(TABLES)) {
    const useVersions = flags === TableFlag.versions;
    const table = root.openDB<Buffer, Buffer>({
      name,
      encoding: 'binary',
      keyEncoding: 'binary',
      dupSort: flags === TableFlag.duplicates,
      useVersions,
    });
    for (const { key, value, version } of table.getRange({ versions: useVersions }))
      entries.push({
        place: `${name} ${key.toString('hex')}`,
        content: `${value.toString('hex')} ${String(version)}`,
      });
  }
  await root.close();
  return entries;
}

function isRefused(path: string): boolean {
  try {
    checkFile(path, TABLES);
    return false;
  } catch (error) {
    if (error instanceof FileDamaged) return true;
    throw error;
  }
}

describe('a data file in which a bit flipped', () => {
  const folder = new TemporaryFolder();
  const path = join(folder.path, 'data.mdb');

  afterAll(() => {
    folder.remove();
  });

  it(`is refused, or read as it was but for one key and its values, in ${FLIPS} places`, async () => {
    const random = new Random(20_260_131);
    const sound = await makeDataFile(folder.path);
    const entries = await readEntries(folder.path);
    const outcomes = { refused: 0, readAsItWas: 0, readButForOneKey: 0 };
    for (let count = 0; count < FLIPS; count += 1) {
      const bit = random.integer(0, 8 * sound.length - 1);
      const flipped = Buffer.from(sound);
      flipped.writeUInt8(flipped.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
      writeFileSync(path, flipped);
      if (isRefused(path)) {
        outcomes.refused += 1;
        continue;
      }
      const found = await readEntries(folder.path);
      const changed = new Set<string>();
      entries.forEach(({ place, content }, index) => {
        if (found[index]?.place !== place || found[index].content !== content) changed.add(place);
      });
      expect({ bit, length: found.length }).toEqual({ bit, length: entries.length });
      expect({ bit, changed: [...changed].slice(1) }).toEqual({ bit, changed: [] });
      if (changed.size === 0) outcomes.readAsItWas += 1;
      else outcomes.readButForOneKey += 1;
    }
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(50);
  });
});
