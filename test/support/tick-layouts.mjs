/** Tells, after some collections, whether later tick objects are laid out as the kept one is. In a process of its own: the heap of a test runner is another matter. */
import { executionAsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { built } from './built.mjs';

setFlagsFromString('--expose-gc');
setFlagsFromString('--allow-natives-syntax');
const collect = runInNewContext('gc');
const areLaidOutAlike = runInNewContext('(one, other) => %HaveSameMap(one, other)');
areLaidOutAlike({}, {}); // it is read when it is first called
setFlagsFromString('--no-allow-natives-syntax');

const { keepTick, keptTick } = await built('apps/kept-tick.js');

/** V8 forgets a layout that nothing has only after some collections. */
const COLLECTIONS = 8;

const tick = () =>
  new Promise((resolve) => {
    process.nextTick(() => resolve(executionAsyncResource()));
  });

keepTick();
await nextTurn();
for (let count = 0; count < COLLECTIONS; count += 1) {
  collect();
  await nextTurn();
}
process.stdout.write(
  JSON.stringify({
    members: Object.keys(keptTick() ?? {}),
    laterAreAlike: areLaidOutAlike(keptTick(), await tick()),
    othersAreAlike: areLaidOutAlike({ callback: tick, args: undefined }, await tick()),
  }),
);
