/** A log server in a process of its own, over a log in LMDB. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** @returns its URL, its process id, and what ends it */
export async function startServer(environment) {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /listens on (\S+)/.exec(output);
      if (found !== null) resolve(found[1]);
    });
    gone.then(() => reject(new Error(`the server ended:\n${output}`)), reject);
  });
  return {
    url,
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export const startLog = (folder) => startServer({ LEFTFOLD_APP: 'log', LEFTFOLD_DATA: folder });
