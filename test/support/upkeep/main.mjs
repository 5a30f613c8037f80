/** Serves these contexts as the built program serves its own, with little memory and little patience for workers. */
import { built } from '../built.mjs';
import { ConsoleLogger } from '@nestjs/common';
import { contexts } from './contexts.mjs';

const { readConfig } = await built('config.js');
const { startMonolith } = await built('apps/monolith/monolith.js');

const { app, url } = await startMonolith(readConfig(process.env), new ConsoleLogger(), '0.0.0', {
  contexts,
  contextsFile: new URL('contexts.mjs', import.meta.url).href,
  workers: { heapMegabytes: 64, timeoutMs: 4000 },
});
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
process.stdout.write(`listens on ${url}\n`);
