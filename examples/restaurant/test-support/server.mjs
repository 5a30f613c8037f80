/** Starts the built restaurant, or a part of it, and speaks with it. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;

export function folder(context) {
  const path = mkdtempSync(join(tmpdir(), 'leftfold-restaurant-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Resolves once it listens. Ended after the test, unless it has ended before. */
export async function start(context, environment) {
  const process_ = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async (signal = 'SIGTERM') => {
    if (process_.exitCode !== null || process_.signalCode !== null) return;
    process_.kill(signal);
    await once(process_, 'exit');
  };
  context.after(() => end());
  const lines = createInterface({ input: process_.stdout });
  const url = await new Promise((resolve, reject) => {
    const shown = [];
    lines.on('line', (line) => {
      shown.push(line);
      const [, found] = /^listens on (\S+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    process_.once('exit', () => reject(new Error(`did not start:\n${shown.join('\n')}`)));
  });
  return { ...client(url), end };
}

/** The restaurant in one process, with a log of its own. */
export const restaurant = (context, data = folder(context)) => start(context, { DATA: data });

export function client(url) {
  const request = async (method, path, body, headers = {}) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: answer, sentence: sentenceOf(answer) };
  };
  const post = (path, body = {}, headers = {}) => request('POST', path, body, headers);
  return {
    url,
    request,
    post,
    get: (path, headers) => request('GET', path, undefined, headers),
    /** A command that is carried out, however often it must be asked for. Gives the URI of what it is about. */
    async done(path, body) {
      const key = { 'idempotency-key': randomUUID() };
      for (;;) {
        const { status, headers, body: answer } = await post(path, body, key);
        if (status === 202) return headers.get('location');
        if (status !== 503) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
        await pause(1_000 * Number(headers.get('retry-after')));
      }
    },
    /** What is there once everything is folded that was recorded before. */
    async see(path) {
      const { headers } = await request('GET', '/events?limit=1');
      const after = headers.get('leftfold-position');
      const { status, body: answer } = await request(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}after=${after}`,
        undefined,
        { prefer: 'wait=10' },
      );
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
      return answer;
    },
    async events() {
      const all = [];
      for (let after = 0; ;) {
        const { body: page } = await request('GET', `/events?after=${after}&limit=1000`);
        all.push(...page.events);
        if (page.events.length === 0 || page.next === undefined) return all;
        after = page.events.at(-1).position;
      }
    },
  };
}

/** What a problem says: of a body that is not acceptable, its first fault. */
const sentenceOf = (answer) => answer?.errors?.[0]?.detail ?? answer?.detail;
