/** Reads what a text for users tells them to do, and does it in a copy of the project. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** The root of this checkout. */
export const PROJECT = join(import.meta.dirname, '..', '..');

export interface Block {
  readonly language: string;
  readonly text: string;
}

/** A command and what the text says it prints; `…` stands for anything. */
export interface Step {
  readonly command: string;
  readonly shows: string;
}

export function blocksOf(file: string): readonly Block[] {
  const text = readFileSync(join(PROJECT, file), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

export function stepsOf({ text }: Block): readonly Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...shown] = step.split('\n');
      return { command, shows: shown.join('\n') };
    });
}

/** Whether the output is what was shown, up to white space at the end. */
export function asShown(shows: string): RegExp {
  const literal = shows
    .trimEnd()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join(String.raw`[\s\S]*`)}$`);
}

/** A fresh clone, as far as files go: what git knows or would add, and nothing that was built or installed. */
export function copyProject(to: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: PROJECT,
  })
    .toString()
    .split('\0')
    .filter((name) => name !== '');
  for (const name of files) cpSync(join(PROJECT, name), join(to, name));
}

/** Whether builds of the copy check types, too, which most of their time is for. They need not where the same sources were checked before. */
export function setTypeChecks(project: string, typeCheck: boolean): void {
  const file = join(project, 'nest-cli.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { readonly compilerOptions: object };
  const compilerOptions = { ...settings.compilerOptions, typeCheck };
  writeFileSync(file, JSON.stringify({ ...settings, compilerOptions }, undefined, 2));
}

/** Puts the file where its first line says, and into the list of contexts the import and the entry that the text shows. */
export function addContext(project: string, file: Block | undefined, contexts: Block | undefined): void {
  const path = /^\/\/ src\/(\S+)\.ts$/m.exec(file?.text ?? '')?.[1];
  const name = /^export class (\w+Module)/m.exec(file?.text ?? '')?.[1];
  if (file === undefined || contexts === undefined || path === undefined || name === undefined)
    throw new Error('the text has an example of a module, and of the list with it');
  mkdirSync(dirname(join(project, 'src', path)), { recursive: true });
  writeFileSync(join(project, 'src', `${path}.ts`), file.text);
  const list = join(project, 'src/apps/monolith/contexts.ts');
  const added = [`import { ${name} } from '../../${path}.js';`, `  ${name},`] as const;
  const shown = contexts.text.split('\n');
  for (const line of added) expect(shown).toContain(line);
  writeFileSync(list, withContext(readFileSync(list, 'utf8'), ...added));
}

/** The import before the others, the entry at the end of the list; what is there already stays as it is. */
function withContext(source: string, line: string, entry: string): string {
  if (source.includes(line)) return source;
  const [imports, end] = [source.search(/^import /m), source.search(/^\];$/m)];
  if (imports < 0 || end < imports) throw new Error('the contexts of the app are a list, one a line');
  return `${source.slice(0, imports)}${line}\n${source.slice(imports, end)}${entry}\n${source.slice(end)}`;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** A shell in the copy, in which port 3000 of the text is another one. */
export class Shell {
  #server: ChildProcess | undefined;

  constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  run(command: string): string {
    const text = command.replaceAll('localhost:3000', `localhost:${this.port}`);
    return execFileSync('bash', ['-c', text], {
      cwd: this.folder,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .toString()
      .replaceAll('\r', '')
      .replaceAll(`:${this.port}`, ':3000')
      .trimEnd();
  }

  /** Runs a command that goes on until it is stopped; resolves, once all of its greeting is there, to what it has written. */
  async start(command: string): Promise<string> {
    // In a group of its own, so that npm, Nest and the program can be ended together.
    const child = spawn('bash', ['-c', command], {
      cwd: this.folder,
      env: this.#environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#server = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (output.includes('/docs\n')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => {
        reject(new Error(`${command} ended with ${String(code)}:\n${output}`));
      });
    });
    return output;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined || server.exitCode !== null) return;
    const closed = once(server, 'close');
    process.kill(-server.pid, 'SIGTERM');
    await closed;
    this.#server = undefined;
  }

  #environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(LEFTFOLD_|NODE_OPTIONS$|JEST_|npm_)/.test(name),
    );
    return { ...Object.fromEntries(inherited), PORT: String(this.port), NO_COLOR: '1' };
  }
}
