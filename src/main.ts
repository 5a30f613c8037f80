/** Starts the app that LEFTFOLD_APP names. */
import './apps/process-flags.js';
import { createRequire } from 'node:module';
import { runApp } from './apps/run-app.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

await runApp(version);
