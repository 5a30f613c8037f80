/** The entry point of `leftfold`: runs it with the arguments, streams and signals of this process. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { endWithParent, runUnderAnotherId } from '../apps/run-under-another-id.js';
import { Interrupted } from './exit-codes.js';
import { runProgram } from './program.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The installed package has no app. */
const hasApp = existsSync(new URL('../apps/monolith/contexts.js', import.meta.url));

const interrupted = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once only: a second signal gets the default handling, which ends the process immediately.
  process.once(signal, () => {
    interrupted.abort(new Interrupted(signal));
  });
}

// printResult reports errors of stdout through its write callback; errors of stderr cannot be reported anywhere.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

endWithParent();
process.exitCode = await runProgram(process.argv.slice(2), version, {
  environment: process.env,
  get stdin() {
    return process.stdin; // a getter, because reading this property opens the stream
  },
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupted.signal,
  now: () => performance.now(),
  runUnderAnotherId,
  // Loaded on demand: most commands need no contexts, and loading them takes time.
  contexts: hasApp ? async () => (await import('../apps/monolith/contexts.js')).contexts : undefined,
});
