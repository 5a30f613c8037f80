/** Serves these contexts as the built program serves its own, with little memory and a short timeout for workers. */
import { built } from '../built.mjs';
import { ConsoleLogger } from '@nestjs/common';
import { contexts } from './contexts.mjs';

const { readSettings } = await built('apps/settings.js');
const { startMonolith } = await built('apps/monolith/start-monolith.js');

const { app, url } = await startMonolith(readSettings(process.env), new ConsoleLogger(), '0.0.0', {
  contexts,
  workers: { contexts: new URL('contexts.mjs', import.meta.url).href, heapMegabytes: 64, timeoutMs: 4000 },
});
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
process.stdout.write(`listens on ${url}\n`);
