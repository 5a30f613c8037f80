/** `leftfold client`: writes a typed client of a server, for programs that are in no workspace with it. */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { helpExamples } from '../arguments.js';
import { FIRST_LINE, clientModule } from '../client-generation/client-module.js';
import { fetchDocument, serverUrl } from '../client-generation/fetch-document.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { printMessage, printResult, type Terminal } from '../terminal.js';

interface ClientCommandOptions {
  readonly url: string;
  readonly document: string;
  readonly output?: string;
  readonly check?: boolean;
  readonly force?: boolean;
}

export function addClient(program: Command, terminal: Terminal): void {
  program
    .command('client')
    .summary('write a typed client of a server')
    .description(
      "Writes a TypeScript module from a server's OpenAPI document: the types of its commands, states, lists and events, and createClient, " +
        'which is that of leftfold/client with these types. The same server gives the same text. A key is taken from LEFTFOLD_KEY or ' +
        'LEFTFOLD_KEY_FILE.',
    )
    .requiredOption('--url <url>', 'of the server, with the prefix under which it is served')
    .option('--document <path>', 'where the OpenAPI document is, below the URL', 'openapi.json')
    .option('--output <file>', 'the file to write (default: stdout)')
    .option('--check', 'write nothing, and fail when the file is not what would be written')
    .option('--force', 'replace a file that this command has not written')
    .addHelpText(
      'after',
      helpExamples(
        'leftfold client --url http://localhost:3000 --output src/server.ts',
        'LEFTFOLD_KEY_FILE=ci.key leftfold client --url https://example.com/api --output src/server.ts --check',
      ),
    )
    .action((options: ClientCommandOptions) => writeClient(options, terminal));
}

async function writeClient(options: ClientCommandOptions, terminal: Terminal): Promise<void> {
  const { output, check = false, force = false } = options;
  if (check && output === undefined)
    throw new CommandFailed('--check compares with a file; name it by --output', EXIT.usage);
  const url = serverUrl(options.url);
  const present = output === undefined ? undefined : await textIn(output);
  if (present !== undefined && !check && !force && !present.startsWith(FIRST_LINE))
    throw new CommandFailed(
      `${output} was not written by leftfold client; choose another name, or replace it with --force`,
    );
  // Loaded on demand: it loads what describes endpoints, which other commands do not need.
  const { describedServer } = await import('../client-generation/described-server.js');
  const document = await fetchDocument(documentUrl(url, options.document), terminal);
  const text = clientModule(named(url, () => describedServer(document, url.pathname)));
  if (output === undefined) await printResult(terminal, text);
  else if (check) requireSame(present, text, options);
  else if (present === text) printMessage(terminal, `${output} is up to date`);
  else {
    await replaceFile(output, text);
    printMessage(terminal, `${output} is written`);
  }
}

function requireSame(present: string | undefined, text: string, { url, output }: ClientCommandOptions): void {
  if (present === text) return;
  const what = present === undefined ? 'is not there' : 'is not what the server is now';
  throw new CommandFailed(`${output} ${what}; run leftfold client --url ${url} --output ${output}`);
}

function documentUrl(url: URL, path: string): URL {
  return new URL(path.replace(/^\/+/, ''), url.href.replace(/\/*$/, '/'));
}

/** Errors begin with the URL. */
function named<Result>(url: URL, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof CommandFailed)
      throw new CommandFailed(`${url.href}: ${error.message}`, error.exitCode);
    throw error;
  }
}

/** @returns undefined when there is no such file */
async function textIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whoever reads it meanwhile sees the one or the other. */
async function replaceFile(file: string, text: string): Promise<void> {
  const partial = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(partial, text, { flag: 'wx' });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
