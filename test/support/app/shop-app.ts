/** The program with a shop as its only context: a read model, and a report on it. */
import '../../../src/apps/process-flags.js';
import { runMonolith } from '../../../src/apps/monolith/run-monolith.js';
import { contexts } from './shop-contexts.js';

await runMonolith('0.0.0', {
  contexts,
  workers: { contexts: new URL('./shop-contexts.js', import.meta.url).href },
});
