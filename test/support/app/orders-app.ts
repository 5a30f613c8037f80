/** The program with orders as its only context. */
import '../../../src/apps/process-flags.js';
import { runMonolith } from '../../../src/apps/monolith/run-monolith.js';
import { contexts } from './orders-contexts.js';

await runMonolith('0.0.0', {
  contexts,
  workers: { contexts: new URL('./orders-contexts.js', import.meta.url).href },
});
