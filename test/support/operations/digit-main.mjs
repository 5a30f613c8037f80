/** Serves the context of digits as the built program serves its own. */
import { built } from '../built.mjs';
import { ConsoleLogger } from '@nestjs/common';
import { contexts } from './digit-contexts.mjs';

const { readSettings } = await built('apps/settings.js');
const { startMonolith } = await built('apps/monolith/start-monolith.js');

const timeoutMs = Number(process.env.LEFTFOLD_TEST_WORKER_TIMEOUT_MS ?? 60_000);
const { app, url } = await startMonolith(readSettings(process.env), new ConsoleLogger(), '0.0.0', {
  contexts,
  workers: { contexts: new URL('digit-contexts.mjs', import.meta.url).href, timeoutMs },
});
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
process.stdout.write(`listens on ${url}\n`);
