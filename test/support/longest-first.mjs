/**
 * The order of spec files: those that take longest begin first, so that no worker is left alone with one of them. Jest knows how long a file
 * took where it ran before; a clean checkout remembers nothing, and the size of a file says little about its time.
 */
import { join } from 'node:path';
import Sequencer from '@jest/test-sequencer';

const root = join(import.meta.dirname, '..', '..');

/** Files of more than half a minute, the longest first; but for those whose worker processes, of a low priority, must not wait for the builds of others. */
export const LONGEST = [
  'test/hello-world/readme.spec.ts',
  'test/hello-world-removed.spec.ts',
  'test/readme/conditions.spec.ts',
  'test/faults/one-writer.spec.ts',
  'test/faults/crash.spec.ts',
  'src/runtime/stores/postgres/postgres.store.conformance.spec.ts',
  'test/cli/export-import.spec.ts',
  'test/faults/damaged-file.spec.ts',
  'test/e2e/snapshots.spec.ts',
  'src/runtime/stores/remote/remote.store.conformance.spec.ts',
  'test/http/errors-without-store.spec.ts',
  'test/e2e/configuration.spec.ts',
  'test/e2e/lifecycle.spec.ts',
];

const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((name) => path === join(root, name));
  return rank < 0 ? LONGEST.length : rank;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some((test) => test.duration !== undefined)) return sorted;
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
