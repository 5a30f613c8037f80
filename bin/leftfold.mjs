#!/usr/bin/env node
/** Starts the command line that `npm run build` made. */
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);

if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('leftfold: run npm run build first\n');
  process.exitCode = 1;
}
