/** The server with the contexts of the benchmarks on a folder of data, started and ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '..', 'domain', 'main.mjs');

/** Resolves once every projection follows the log. */
export async function start(folder, main = MAIN, environment = {}) {
  const began = performance.now();
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: '0', LEFTFOLD_DATA: folder, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /listens on (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  while ((await globalThis.fetch(`${url}/health/ready`)).status !== 200) {
    await pause(5);
  }
  const milliseconds = performance.now() - began;
  return {
    url,
    milliseconds,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
