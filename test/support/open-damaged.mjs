/**
 * A process of its own, since a damaged file may end one: damages copies of a log, opens each, reads all that can be read in
 * every way, and tells what was refused and what was wrong.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { built } from './built.mjs';

const [original, work, damage, places] = process.argv.slice(2);
const { LmdbStore } = await built('runtime/stores/lmdb/lmdb.store.js');

async function contentOf(store) {
  const events = [];
  for await (const page of store.read([{}], {})) events.push(...page);
  const text = events.map((event) => JSON.stringify(event));
  const tagged = {};
  for (let number = 0; number < 17; number += 1) {
    const found = [];
    const query = [{ types: ['number.recorded'], tags: [`number:${number}`] }];
    for await (const page of store.read(query, {})) found.push(...page.map(({ position }) => position));
    tagged[number] = found.join();
  }
  const ids = [];
  for (let number = 1; number <= 400; number += 1) {
    const found = await store.find(`commit/${number}`);
    ids.push(`${found?.first}-${found?.last}`);
  }
  return { text, tagged: JSON.stringify(tagged), ids: ids.join() };
}

async function opened(folder) {
  const store = LmdbStore.open(folder);
  try {
    return await contentOf(store);
  } finally {
    await store.close();
  }
}

const log = join(work, 'log');
function damagedCopy(at) {
  rmSync(log, { recursive: true, force: true });
  mkdirSync(log);
  for (const file of ['data.mdb', 'writer.json']) copyFileSync(join(original, file), join(log, file));
  const file = join(log, 'data.mdb');
  if (damage === 'cut') return truncateSync(file, at);
  const bytes = readFileSync(file);
  bytes[at >> 3] ^= 1 << (at & 7);
  writeFileSync(file, bytes);
  // As on a disk that goes bad: size and time of change stay as the writer left them.
  execFileSync('touch', ['-r', join(original, 'data.mdb'), file]);
}

const copy = join(work, 'copy');
mkdirSync(copy);
copyFileSync(join(original, 'data.mdb'), join(copy, 'data.mdb'));
const written = await opened(copy);

const outcomes = [];
for (const at of JSON.parse(places)) {
  damagedCopy(at);
  try {
    const found = await opened(log);
    // A file that lost its end may be as it was earlier.
    const isEarlier = found.text.every((line, index) => line === written.text[index]);
    const isSame =
      found.text.length === written.text.length &&
      found.tagged === written.tagged &&
      found.ids === written.ids;
    outcomes.push(
      isEarlier && (isSame || damage === 'cut') ? { at } : { at, wrong: isEarlier ? 'an index' : 'an event' },
    );
  } catch (error) {
    outcomes.push({ at, refused: error.message });
  }
}
process.stdout.write(JSON.stringify(outcomes));
