/** The program with the contexts of the tests instead of its own; `test/support/build-once.mjs` builds it. */
import '../../../src/apps/process-flags.js';
import { runApp } from '../../../src/apps/run-app.js';
import { contexts } from './contexts.js';

await runApp('0.0.0', {
  contexts,
  workers: { contexts: new URL('./contexts.js', import.meta.url).href },
});
