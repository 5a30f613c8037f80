/** Starts what is built as a user would, on a free port and in a folder of its own, and ends it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** The built program, with the contexts that this checkout has. */
export const PROGRAM = join(ROOT, 'dist', 'main.js');

/** The same with the contexts of the tests, in `test/support/app`, and their file. */
const TESTS_APP = join(ROOT, 'dist-test', 'app', 'main.js');
/** The program with an entity projection, `orders`. */
export const ORDERS_APP = join(ROOT, 'dist-test', 'app', 'orders-app.js');
/** The program with a read model, `turnover`. */
export const SHOP_APP = join(ROOT, 'dist-test', 'app', 'shop-app.js');
export const CONTEXTS = join(ROOT, 'dist-test', 'app', 'contexts.js');

/** The same with the bank of `test/bank`. */
export const BANK = join(ROOT, 'dist-test', 'bank', 'main.js');

/** The same with the customers of `test/guides/commands`. */
export const CUSTOMERS = join(ROOT, 'dist-test', 'customers', 'main.js');

export type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything that it wrote. */
  readonly stdout: string;
  readonly stderr: string;
}

export class Server {
  private constructor(
    readonly process: ChildProcess,
    /** `http://127.0.0.1:<port>` */
    readonly url: string,
    readonly ended: Promise<Ended>,
  ) {}

  /** @throws Error with all that it wrote when it ends before it listens */
  static async start(
    environment: Environment,
    main = TESTS_APP,
    within: readonly string[] = [],
  ): Promise<Server> {
    const { child, ended, listening } = launch({ PORT: '0', ...environment }, main, within);
    const url = await Promise.race([
      listening,
      ended.then(({ code, stdout, stderr }) => {
        throw new Error(`the server ended with ${String(code)} before it listened:\n${stdout}${stderr}`);
      }),
    ]);
    return new Server(child, url, ended);
  }

  /** Ends it with SIGTERM, in good order. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }

  /** Ends it as a power cut would, as far as the process can tell. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  async json(path: string, init?: RequestInit): Promise<unknown> {
    return (await this.fetch(path, init)).json();
  }

  post(path: string, body: unknown, headers: Environment = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Resolves once every projection follows the log, which can be read and appended to. */
  async ready(): Promise<void> {
    for (;;) {
      const response = await this.fetch('/health/ready');
      const { log } = (await response.json()) as { readonly log: { readonly status: string } };
      if (response.status === 200 && log.status === 'available') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Runs it until it ends by itself: for starts that must fail. One that listens nonetheless is ended with SIGKILL. */
export function runToEnd(
  environment: Environment,
  main = TESTS_APP,
  within: readonly string[] = [],
): Promise<Ended> {
  const { child, ended, listening } = launch(environment, main, within);
  void listening.then(() => child.kill('SIGKILL'));
  return ended;
}

/** @param within a command that runs it, such as `unshare` */
function launch(
  environment: Environment,
  main: string,
  within: readonly string[],
): { child: ChildProcess; ended: Promise<Ended>; listening: Promise<string> } {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LEFTFOLD_|PORT$|HOST$|NODE_OPTIONS$|JEST_)/.test(name),
  );
  const [program, ...words] = [...within, process.execPath, '--enable-source-maps', main] as const;
  const child = spawn(program, words, {
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const url = /listens on (\S+)/.exec(stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, ended, listening };
}

/** A folder that is gone after the test. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'leftfold-test-'));

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
