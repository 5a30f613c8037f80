/**
 * Works in an application as somebody does who has `nest start --watch` running: saves changes of projections, also of code that a projection only
 * calls, and ends the program in between. Data are kept, what folds otherwise is rebuilt by itself, and the log says so.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** For all of it, of which most is compiling: some 25 seconds where nothing else runs. */
const TIMEOUT_MS = 120_000;

/**
 * @param folder an application with the context billing, which has the decider invoice, the projection turnover and the entity projection
 * invoices as they are generated
 * @param port a free one
 */
export async function checkWatch(folder, port) {
  const source = (name) => join(folder, 'src/billing', name);
  const change = (name, from, to) => {
    const text = readFileSync(source(name), 'utf8');
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    writeFileSync(source(name), text.replaceAll(from, to));
  };
  const weight = (each) => `const WEIGHT = ${each};\nexport const weight = (): number => WEIGHT;\n`;
  writeFileSync(source('weight.ts'), weight(1));
  for (const name of ['invoices.entities.ts', 'turnover.projection.ts']) {
    change(name, 'context.events + 1', 'context.events + weight()');
    change(name, 'import { assign', "import { weight } from './weight.js';\nimport { assign");
  }
  const watched = new Watched(folder, port);
  try {
    await watched.until('ready', '/health/ready', ({ status }) => status === 'ready');
    let position;
    for (const id of ['w1', 'w2', 'w3']) ({ position } = await watched.post('/invoice', { id }));
    const recorded = await watched.get(`/turnover?after=${position}`);
    const events = (of, count) => (answer) => answer.events === of.events + count;

    watched.begin();
    writeFileSync(source('weight.ts'), weight(2));
    await watched.until(
      'what it calls has changed: turnover rebuilt',
      '/turnover',
      events(recorded, recorded.events),
    );
    await watched.until('invoices rebuilt', '/invoices/w1', ({ events: count }) => count === 2);
    await watched.says(
      'turnover: another build of the program has folded its state; it is used, and audited now',
    );
    await watched.says('turnover: this build folds the log to another state; it is rebuilt');
    await watched.says('invoices: this build folds the log to another state; it is rebuilt');
    await watched.says('books: audited; this build folds the log to the same state');
    watched.neverSays(/books: .*rebuilt/);

    watched.begin();
    change('turnover.projection.ts', 'weight()', 'weight() + 1');
    await watched.until(
      'its own code has changed: turnover folded',
      '/turnover',
      events(recorded, 2 * recorded.events),
    );
    await watched.says('it was folded by other code');
    await watched.says('invoices: audited; this build folds the log to the same state');
    watched.neverSays(/(?:books|invoices): .*rebuilt/);

    watched.begin();
    await watched.kill();
    writeFileSync(source('weight.ts'), weight(1));
    await watched.until('after a SIGKILL: rebuilt', '/turnover', events(recorded, recorded.events));

    watched.begin();
    writeFileSync(source('weight.ts'), 'export const weight = (): number => "many";\n');
    await watched.says('Found 1 error');
    if (!events(recorded, recorded.events)(await watched.get('/turnover')))
      throw new Error('while the code does not compile, the last program goes on');
    writeFileSync(source('weight.ts'), weight(3));
    await watched.until(
      'after an error of the compiler: rebuilt',
      '/turnover',
      events(recorded, 3 * recorded.events),
    );
    if ((await watched.get(`/events/${position}`)).data.invoice !== 'w3') throw new Error('data are lost');
  } catch (error) {
    process.stdout.write(watched.log);
    throw error;
  } finally {
    await watched.end();
  }
}

/** `nest start --watch`, in a process group of its own. */
class Watched {
  log = '';
  #from = 0;
  #began = Date.now();
  #signal = AbortSignal.timeout(TIMEOUT_MS);
  #child;
  #exit;

  constructor(folder, port) {
    this.origin = `http://127.0.0.1:${port}`;
    const nest = join(folder, 'node_modules/@nestjs/cli/bin/nest.js');
    this.#child = spawn(process.execPath, [nest, 'start', '--watch', '--preserveWatchOutput'], {
      cwd: folder,
      env: { ...process.env, PORT: String(port), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (this.log += text));
    this.#exit = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  /** What is said, and how long it takes, is counted from here. */
  begin() {
    this.#from = this.log.length;
    this.#began = Date.now();
  }

  async get(path) {
    const answer = await fetch(this.origin + path, {
      signal: AbortSignal.timeout(5_000),
      headers: { prefer: 'wait=4' },
    });
    return answer.json();
  }

  async post(path, body) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${path} is answered with ${answer.status}`);
    return answer.json();
  }

  async until(what, path, holds) {
    await this.#wait(`${path}: ${what}`, async () => holds(await this.get(path).catch(() => ({}))));
    process.stdout.write(`  ${what}, ${Date.now() - this.#began} ms\n`);
  }

  says(text) {
    return this.#wait(`the log does not say: ${text}`, () => this.log.slice(this.#from).includes(text));
  }

  neverSays(pattern) {
    const [found] = pattern.exec(this.log.slice(this.#from)) ?? [];
    if (found !== undefined) throw new Error(`the log says: ${found}`);
  }

  /** The program alone; Nest goes on watching. */
  async kill() {
    const pid = /\[Nest\] (\d+) /g;
    const last = [...this.log.matchAll(pid)].at(-1)?.[1];
    process.kill(Number(last), 'SIGKILL');
    await this.#wait('the program does not end', () =>
      this.get('/health/live').then(
        () => false,
        () => true,
      ),
    );
  }

  async end() {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      process.kill(-this.#child.pid, 'SIGTERM');
    await this.#exit;
  }

  async #wait(what, holds) {
    while (!(await holds())) {
      if (this.#signal.aborted) throw new Error(`nest start --watch: ${what}`);
      await pause(50);
    }
  }
}
