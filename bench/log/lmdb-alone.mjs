/**
 * LMDB by itself: the entries that the store writes for a commit of one event, and nothing else. No check, no hash, no position: what a
 * store that writes these entries, and waits until they are flushed, can reach at most.
 */
import { open } from 'lmdb';
import { commitOf } from './events.mjs';

/** As many bytes as the store's value of such a commit. */
const VALUE = Buffer.alloc(217, 1);

/** Appends a second, so many in flight for so long, after a second to warm up. lmdb itself puts together what comes in one turn. */
export async function bareAppends(folder, { seconds, inFlight }) {
  const root = open({ path: folder, maxDbs: 4, overlappingSync: false });
  const tables = {
    commits: root.openDB({ name: 'commits', encoding: 'binary' }),
    ids: root.openDB({ name: 'ids', encoding: 'msgpack' }),
    tags: root.openDB({ name: 'tags', encoding: 'ordered-binary', dupSort: true }),
    types: root.openDB({ name: 'types', encoding: 'ordered-binary', dupSort: true }),
  };
  let position = tables.commits.getKeys({ reverse: true, limit: 1 }).asArray[0] ?? 0;
  const appendFor = async (time) => {
    const until = performance.now() + time * 1000;
    const [began, before] = [performance.now(), position];
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (performance.now() < until) {
          position += 1;
          await put(tables, position);
        }
      }),
    );
    return ((position - before) / (performance.now() - began)) * 1000;
  };
  await appendFor(1);
  const rate = await appendFor(seconds);
  await root.close();
  return rate;
}

function put({ commits, ids, tags, types }, position) {
  const {
    id,
    events: [event],
  } = commitOf(position, 1);
  void ids.put(id, position);
  void types.put(event.type, position);
  for (const tag of event.tags) void tags.put(tag, position);
  return commits.put(position, VALUE);
}
