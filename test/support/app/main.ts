/** The program with the contexts of the tests instead of its own; `test/support/build-once.mjs` builds it. */
import '../../../src/apps/process-flags.js';
import { runMonolith } from '../../../src/apps/monolith/run-monolith.js';
import { contexts } from './contexts.js';

await runMonolith('0.0.0', {
  contexts,
  workers: { contexts: new URL('./contexts.js', import.meta.url).href },
});
