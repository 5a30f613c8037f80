/** The order of spec files on a clean checkout. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import LongestFirst, { LONGEST } from '../support/longest-first.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

/** Files that nothing is remembered of, all of one size. */
const testsOf = (...names: readonly string[]): Parameters<LongestFirst['sort']>[0] =>
  names.map((name) => ({
    path: join(ROOT, name),
    context: { config: { cache: false }, hasteFS: { getSize: () => 1 } },
  }));

it('names files that there are', () => {
  // A checkout may be without the hello world.
  const there = LONGEST.filter((name) => existsSync(join(ROOT, name)) || name.startsWith('test/hello-world'));
  expect(there).toEqual(LONGEST);
});

it('begins with those that take longest', () => {
  const [first = '', second = ''] = LONGEST;
  const sorted = new LongestFirst().sort(testsOf('test/one.spec.ts', second, 'test/other.spec.ts', first));
  expect(sorted.slice(0, 2).map(({ path }) => path)).toEqual([join(ROOT, first), join(ROOT, second)]);
});
