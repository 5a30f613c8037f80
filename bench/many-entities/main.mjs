/** The program with the accounts alone. */
import '../../dist/apps/process-flags.js';
import { runMonolith } from '../../dist/apps/monolith/run-monolith.js';
import { contexts } from './accounts.mjs';

await runMonolith('0.0.0', {
  contexts,
  workers: { contexts: new URL('./accounts.mjs', import.meta.url).href },
});
