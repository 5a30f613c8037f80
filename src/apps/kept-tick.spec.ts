/** What is kept is one of Node's tick objects, and the later ones are laid out as it is. */
import { executionAsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { keepTick, keptTick } from './kept-tick.js';

setFlagsFromString('--expose-gc');
setFlagsFromString('--allow-natives-syntax');
const collect = runInNewContext('gc') as () => void;
const areLaidOutAlike = runInNewContext('(one, other) => %HaveSameMap(one, other)') as (
  one: object | undefined,
  other: object,
) => boolean;
areLaidOutAlike({}, {}); // it is read when it is first called
setFlagsFromString('--no-allow-natives-syntax');

/** V8 forgets a layout that nothing has only after some collections. */
const COLLECTIONS = 8;

const tick = (): Promise<object> =>
  new Promise((resolve) => {
    process.nextTick(() => {
      resolve(executionAsyncResource());
    });
  });

it('keeps a tick object, as which the later ones are laid out', async () => {
  keepTick();
  await nextTurn();
  for (let count = 0; count < COLLECTIONS; count += 1) {
    collect();
    await nextTurn();
  }
  expect(Object.keys(keptTick() ?? {})).toEqual(['callback', 'args']);
  expect(areLaidOutAlike(keptTick(), await tick())).toBe(true);
  expect(areLaidOutAlike({ callback: tick, args: undefined }, await tick())).toBe(false);
});
