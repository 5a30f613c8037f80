/** A process of its own, since its disk fails: appends one commit after another, and tells what was answered. */
import { built } from './built.mjs';

const [folder, count] = process.argv.slice(2);
const { LmdbStore } = await built('runtime/stores/lmdb/lmdb.store.js');

const store = LmdbStore.open(folder);
// From here on, so that opening the log succeeds.
process.env['FAIL_CALL'] = process.env['FAIL_LATER_CALL'];
const answers = [];
for (let number = 1; number <= Number(count); number += 1) {
  const event = {
    type: 'number.recorded',
    revision: 1,
    tags: ['number:1'],
    data: { value: 'x'.repeat(5_000) },
  };
  const id = `commit/${number}`;
  const commit = { id, time: '2026-01-31T12:00:00.000Z', metadata: {}, events: [event] };
  answers.push(
    await store.append(commit).then(
      () => ({ id, recorded: true }),
      (error) => ({
        id,
        recorded: false,
        code: error.constructor.name,
        detail: error.detail ?? error.message,
      }),
    ),
  );
}
await store.close();
process.stdout.write(JSON.stringify(answers));
