/** The program with the contexts of the benchmarks instead of its own. */
import '../../dist/apps/process-flags.js';
import { runMonolith } from '../../dist/apps/monolith/run-monolith.js';
import { parts } from './contexts.mjs';

await runMonolith('0.0.0', parts);
