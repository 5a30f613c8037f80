/** `leftfold client`: what it writes compiles, knows the server, and talks to it; and what it refuses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import ts from 'typescript';
import { z } from 'zod';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { startMonolith } from '../../../src/apps/monolith/start-monolith.js';
import { readSettings } from '../../../src/apps/settings.js';
import { runProgram } from '../../../src/cli/program.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { LeftfoldModule, decideTogether, defineEntityProjection } from '../../../src/runtime/index.js';
import { BankModule, accounts, contracts, moneyDeposited } from '../../bank/bank.js';
import { SILENT } from '../../support/documented-requests.js';
import { TemporaryFolder } from '../../support/server.js';
import { TestTerminal } from '../../support/terminal.js';

const gift = decideTogether({
  name: 'gift',
  input: z.strictObject({ to: z.string(), cents: z.int().positive() }),
  models: ({ to }) => ({ to: accounts.decisionModel(to) }),
  records: { to: moneyDeposited },
  http: { path: 'accounts/{to}/gifts' },
  decide: (_state, { to, cents }) => [
    moneyDeposited.create({ account: to, cents }, accounts.subject(to).query[0]?.tags),
  ],
});

const balances = defineEntityProjection({
  name: 'balances',
  machine: accounts.machine,
  consumes: contracts,
  key: ({ data }) => (data as { readonly account: string }).account,
  view: ({ context }) => ({ cents: (context as { readonly cents: number }).cents }),
  index: { cents: 'number' },
  http: { path: 'bank/balances', viewSchema: z.object({ cents: z.int().describe('Never */ below 0') }) },
});

@Module({
  imports: [BankModule, LeftfoldModule.forFeature({ deciders: [gift], projections: [balances], http: true })],
})
class MoreBankModule {}

const SOURCE = join(import.meta.dirname, '../../../src/runtime/client/index.ts');

/** Written by somebody who has the module and nothing else. */
const USAGE = `
import { createClient, type Server } from './server.js';

export async function use(url: string): Promise<unknown[]> {
  const client = createClient({ url });
  const numbers = client.decider('numbers');
  await numbers.create([{ value: 5 }, { value: '6' }]);
  await numbers.execute(1, 'retract', { reason: 'a slip' });
  const { state, commands } = await numbers.get(1);
  const isRetracted: boolean = state === 'retracted';
  await client.decider('accounts').create({ id: 'a', owner: 'Ann' });
  await client.decider('accounts').execute('a', 'deposit', { cents: 50 });
  await client.decide('gift', { to: 'a', cents: 7 });
  const { value, count } = await client.projection('sum').get();
  const shown: readonly [string, number] = [value, count];
  const { items } = await client.entities('bank/balances').page({ fields: ['cents'] });
  const cents: number | undefined = items[0]?.cents;
  const reasons: string[] = [];
  for await (const event of client.events({ live: false })) {
    if (event.type === 'number.retracted') reasons.push(event.data.reason);
    if (event.type === 'money.deposited') reasons.push(String(event.data.cents + 1));
  }
  return [isRetracted, Object.keys(commands), ...shown, cents, reasons];
}

export async function misuse(url: string): Promise<void> {
  const client = createClient({ url });
  // @ts-expect-error -- no such decider
  client.decider('number');
  const numbers = client.decider('numbers');
  // @ts-expect-error -- no such command
  await numbers.execute(1, 'close', {});
  // @ts-expect-error -- a reason is a text
  await numbers.execute(1, 'retract', { reason: 5 });
  // @ts-expect-error -- a member too many
  await numbers.execute(1, 'retract', { reason: 'a slip', by: 'Ann' });
  // @ts-expect-error -- a member is missing
  await numbers.create({});
  // @ts-expect-error -- no such decision
  await client.decide('transfer', {});
  // @ts-expect-error -- a member of the path is missing
  await client.decide('gift', { cents: 7 });
  // @ts-expect-error -- no such projection
  client.projection('total');
  // @ts-expect-error -- no member of the view
  (await client.projection('sum').get()).total;
  // @ts-expect-error -- no member of an entity
  await client.entities('bank/balances').page({ fields: ['owner'] });
  // @ts-expect-error -- no such event
  const event: Server['events']['type'] = 'number.forgotten';
  // @ts-expect-error -- routes are known
  createClient({ url, routes: {} });
  void event;
}
`;

const folder = new TemporaryFolder();
const file = (name: string): string => join(folder.path, name);
const servers: HttpServer[] = [];
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', PORT: '0' });
  const contexts = [HelloWorldModule, MoreBankModule];
  ({ app, url } = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts }));
});

afterAll(async () => {
  for (const server of servers) server.close();
  await app.close();
  folder.remove();
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function clientCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const terminal = new TestTerminal({ environment });
  const code = await runProgram(['client', ...args], '0.0.0', terminal);
  return { code, stdout: String(terminal.stdout.read() ?? ''), stderr: terminal.stderr.text };
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What TypeScript says of these files and what they import, in strict mode. */
function faultsIn(...files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    paths: { 'leftfold/client': [SOURCE] },
  });
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(folder.path))
    .flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ])
    .map(({ messageText, file: at, start }) =>
      [at?.fileName, start, ts.flattenDiagnosticMessageText(messageText, ' ')].join(' '),
    );
}

describe('what is written', () => {
  it('compiles in strict mode, where wrong names and inputs do not, and talks to the server', async () => {
    const written = await clientCommand(['--url', url, '--output', file('server.ts')]);
    expect(written).toEqual({ code: 0, stdout: '', stderr: `${file('server.ts')} is written\n` });
    writeFileSync(file('usage.ts'), USAGE);
    writeFileSync(file('package.json'), '{"type":"module"}');
    expect(faultsIn(file('usage.ts'))).toEqual([]);

    const text = readFileSync(file('server.ts'), 'utf8');
    writeFileSync(file('server.ts'), text.replace("'leftfold/client'", JSON.stringify(SOURCE)));
    const { use } = (await import(pathToFileURL(file('usage.ts')).href)) as {
      readonly use: (url: string) => Promise<unknown[]>;
    };
    expect(await use(url)).toEqual([true, [], '6', 1, 57, ['a slip', '51', '8']]);
    writeFileSync(file('server.ts'), text);
  });

  it('is the same each time, with title and version, and no date', async () => {
    const { stdout } = await clientCommand(['--url', `${url}/`]);
    expect(stdout).toBe(readFileSync(file('server.ts'), 'utf8'));
    expect(stdout).toContain('// From the OpenAPI document of Leftfold, version 0.0.0.\n');
    expect(stdout).toContain('/** Never * / below 0 */');
    expect(stdout).not.toContain(String(new Date().getFullYear()));
  });

  it('is checked, and is not written over what is somebody else’s', async () => {
    const output = file('own.ts');
    const args = ['--url', url, '--output', output];
    const check = (): Promise<Outcome> => clientCommand([...args, '--check']);
    expect(await check()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('own.ts is not there; run leftfold client --url') as unknown,
    });
    writeFileSync(output, 'export const mine = 1;\n');
    expect(await check()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not what the server is now') as unknown,
    });
    expect(await clientCommand(args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was not written by leftfold client') as unknown,
    });
    expect(readFileSync(output, 'utf8')).toBe('export const mine = 1;\n');
    expect(await clientCommand([...args, '--force'])).toMatchObject({ code: 0 });
    expect(await check()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await clientCommand(args)).toMatchObject({ code: 0, stderr: `${output} is up to date\n` });
    writeFileSync(output, `${readFileSync(output, 'utf8')}// more\n`);
    expect(await check()).toMatchObject({ code: 1 });
    expect(await clientCommand(args)).toMatchObject({ code: 0, stderr: `${output} is written\n` });
  });
});

describe('what cannot be written', () => {
  const answering = (status: number, type: string, body: string): Promise<string> =>
    serve((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));
  const failed = (line: unknown, code = 1): object => ({ code, stdout: '', stderr: line });
  const containing = (text: string): unknown => expect.stringContaining(text);

  it.each([
    ['example.com', '"example.com" is no URL of a server'],
    ['ftp://example.com', 'is no URL of a server'],
    [
      'http://ann:secret@example.com',
      'without user, password, query and fragment; a key is given by LEFTFOLD_KEY',
    ],
    ['http://example.com/?a=1', 'without user, password, query and fragment'],
  ])('%s is refused', async (given, line) => {
    const outcome = await clientCommand(['--url', given]);
    expect(outcome).toEqual(failed(containing(line), 2));
    expect(outcome.stderr).not.toContain('secret');
  });

  it.each<[string, number, string, string, string]>([
    [
      'a page',
      200,
      'text/html',
      '<html>',
      'openapi.json answers with text/html, and not with an OpenAPI document',
    ],
    ['no JSON', 200, 'application/json', '{"openapi"', 'answers with what is no JSON'],
    ['no OpenAPI', 200, 'application/json', '{}', 'it is no OpenAPI document'],
    [
      'nothing of Leftfold',
      200,
      'application/json',
      '{"openapi":"3.1.0","paths":{"/":{"get":{}}}}',
      'describes nothing of Leftfold',
    ],
    [
      'nothing',
      404,
      'application/problem+json',
      '{"detail":"There is nothing here."}',
      'answers with 404: There is nothing here.; --url is that of the server',
    ],
    [
      'a wish for a key',
      401,
      'application/json',
      '{}',
      'asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE',
    ],
  ])('from %s', async (_name, status, type, body, line) => {
    expect(await clientCommand(['--url', await answering(status, type, body)])).toEqual(
      failed(containing(line)),
    );
  });

  it('from where no server is', async () => {
    const gone = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await clientCommand(['--url', gone])).toEqual(
      failed(containing('cannot be reached: connect ECONNREFUSED')),
    );
  });

  it('with a key that is not taken; one that is taken gets the document', async () => {
    const at = await serve((request, response) => {
      const isTaken = request.headers.authorization === 'Bearer right';
      void (async () => {
        const document = isTaken
          ? await (await fetch(`${url}/openapi.json`)).text()
          : '{"detail":"It has expired."}';
        response.writeHead(isTaken ? 200 : 401, { 'content-type': 'application/json' }).end(document);
      })();
    });
    const withKey = (key: string): Promise<Outcome> => clientCommand(['--url', at], { LEFTFOLD_KEY: key });
    expect(await withKey('wrong')).toEqual(
      failed(containing('does not take the key of LEFTFOLD_KEY or LEFTFOLD_KEY_FILE: It has expired.')),
    );
    expect(await withKey('right')).toMatchObject({ code: 0, stderr: '' });
    const plain = await clientCommand(['--url', 'http://example.com'], { LEFTFOLD_KEY: 'right' });
    expect(plain).toEqual(failed(containing('a key is not sent to example.com over http:'), 2));
  });
});
