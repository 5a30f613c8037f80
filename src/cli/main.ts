/** Runs `leftfold` in this process: its arguments, its streams, and the signals that end it. */
import { createRequire } from 'node:module';
import { Interrupted } from './exit-codes.js';
import { run } from './program.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const interrupted = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Only once: the second one ends the process at once, as if nobody listened.
  process.once(signal, () => {
    interrupted.abort(new Interrupted(signal));
  });
}

// Whoever writes to the one is told by the writing itself; of the other, nobody is left to be told.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), version, {
  environment: process.env,
  get stdin() {
    return process.stdin; // only who reads it opens it
  },
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupted.signal,
  now: () => performance.now(),
  // Only for who asks: most commands know no context, and loading them takes time.
  contexts: async () => (await import('../apps/monolith/contexts.js')).contexts,
});
