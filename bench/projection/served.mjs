/** The server with the contexts of the benchmarks on a folder of data, started and ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '..', 'domain', 'main.mjs');

/** Resolves once every projection follows the log. */
export async function start(folder, main = MAIN, environment = {}) {
  const began = performance.now();
  const server = await listening(folder, main, environment);
  while ((await globalThis.fetch(`${server.url}/health/ready`)).status !== 200) {
    await pause(5);
  }
  return { ...server, milliseconds: performance.now() - began };
}

/** Resolves once it listens, while it may still fold. @param flags of Node */
export async function listening(folder, main, environment = {}, flags = []) {
  const child = spawn(process.execPath, [...flags, main], {
    env: { ...process.env, PORT: '0', LEFTFOLD_DATA: folder, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the server ended with ${code ?? signal}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /listens on (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
