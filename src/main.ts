/** Starts the application. */
import './apps/process-flags.js';
import { createRequire } from 'node:module';
import { runMonolith } from './apps/monolith/run-monolith.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

await runMonolith(version);
