/** What `docs/contract-tests.md` shows is what the commands print; the commands of its CI jobs are run. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { runProgram } from '../../src/cli/program.js';
import { blocksOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';
import { TestTerminal } from '../support/terminal.js';

const blocks = blocksOf('docs/contract-tests.md');
const textOf = (language: string): readonly string[] =>
  blocks.filter((block) => block.language === language).map(({ text }) => text.trim());
const [ofRevision = '', inPlace = ''] = textOf('text');
const [publishing = '', checking = ''] = textOf('console');
const [jobOfShop = '', jobOfDelivery = ''] = textOf('yaml');
const runsOf = (job: string): readonly string[] =>
  [...job.matchAll(/^ +- run: .*npx (leftfold .*)$/gm)].map(([, command = '']) => command);

const folder = new TemporaryFolder();
const published = join(folder.path, 'contracts');
const URL_SHOWN = 'https://raw.githubusercontent.com/acme/shop/main/contracts';

/** @param line as the guide has it; its places are those of this test */
async function run(
  line: string,
  application: string,
  place = published,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const words = line
    .replace(/^(?:\$ npx )?leftfold /, '')
    .replaceAll('"', '')
    .split(' ')
    .map((word) => word.replace('dist/app.module.js', sourceOf(application)))
    .map((word) => (word === URL_SHOWN || word.endsWith('/contracts') ? place : word));
  const isBare = !words.includes(place);
  const given = isBare ? [...words.slice(0, 2), place, ...words.slice(2)] : words;
  const terminal = new TestTerminal();
  const code = await runProgram(given, '1.2.3', terminal);
  const shown = (text: string): string =>
    text.replaceAll(folder.path, '').replaceAll('/contracts/', 'contracts/');
  return { code, stdout: shown(String(terminal.stdout.read() ?? '')), stderr: shown(terminal.stderr.text) };
}

const sourceOf = (name: string): string => join(import.meta.dirname, 'contract-tests', `${name}.ts`);

/** Serves the published contracts, and nothing else. */
async function serving(): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const file = join(published, url.replace('/contracts/', ''));
    response.statusCode = existsSync(file) ? 200 : 404;
    response.end(existsSync(file) ? readFileSync(file) : '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

afterAll(() => {
  folder.remove();
});

describe('the guide to contract tests', () => {
  it('shows code that is compiled here', () => {
    const sources = ['shop', 'delivery', 'shop-revised'].map((name) => readFileSync(sourceOf(name), 'utf8'));
    const shown = textOf('ts');
    expect(shown).toHaveLength(4);
    expect(shown.filter((block) => !sources.some((source) => source.includes(block)))).toEqual([]);
  });

  it('publishes the first revision', async () => {
    const [line = '', ...expected] = publishing.split('\n');
    expect(await run(line, 'shop')).toEqual({ code: 0, stdout: `${expected.join('\n')}\n`, stderr: '' });
  });

  it('checks it in the delivery', async () => {
    const [line = '', expected = ''] = checking.split('\n');
    const { code, stderr } = await run(line, 'delivery');
    expect([code, stderr.replace('/contracts', '../shop/contracts')]).toEqual([0, `${expected}\n`]);
  });

  it('runs both jobs', async () => {
    const [publish = '', own = '', ofDelivery = '', ...others] = runsOf(jobOfShop);
    expect(others).toEqual([]);
    expect((await run(publish, 'shop')).stderr).toMatch(/ has all contracts already\n$/);
    expect((await run(own, 'shop')).code).toBe(0);
    expect((await run(ofDelivery, 'delivery')).code).toBe(0);
    const server = await serving();
    const { port } = server.address() as AddressInfo;
    const [byUrl = ''] = runsOf(jobOfDelivery);
    const { code, stderr } = await run(byUrl, 'delivery', `http://127.0.0.1:${port}/contracts`);
    server.close();
    expect([code, stderr]).toEqual([0, expect.stringContaining('keeps what 1 reliances need')]);
  });

  it('tells of a field that is changed in place', async () => {
    const file = join(published, 'order.placed', '1.schema.json');
    const before = readFileSync(file, 'utf8');
    const schema = JSON.parse(before) as {
      properties: { address: { properties: Record<string, unknown>; required: string[] } };
    };
    const { address } = schema.properties;
    delete address.properties['city'];
    address.required = ['street'];
    writeFileSync(file, JSON.stringify(schema));
    const [line = ''] = checking.split('\n');
    const { code, stdout } = await run(line, 'delivery');
    writeFileSync(file, before);
    expect([code, stdout]).toEqual([1, `${inPlace}\n`]);
  });

  it('tells of no field that nobody relies on', async () => {
    const place = join(folder.path, 'without-cents');
    mkdirSync(join(place, 'order.placed'), { recursive: true });
    for (const name of ['1.schema.json', '1.examples.json']) {
      const text = readFileSync(join(published, 'order.placed', name), 'utf8');
      writeFileSync(join(place, 'order.placed', name), text.replaceAll('cents', 'price'));
    }
    expect((await run(checking.split('\n', 1)[0] ?? '', 'delivery', place)).code).toBe(0);
  });

  it('tells of a second revision, which its publisher’s own consumers can take', async () => {
    const [line = ''] = publishing.split('\n');
    expect((await run(line, 'shop-revised')).code).toBe(0);
    const [, own = ''] = runsOf(jobOfShop);
    expect((await run(own, 'shop-revised')).code).toBe(0);
    const { code, stdout } = await run(checking.split('\n', 1)[0] ?? '', 'delivery');
    expect([code, stdout]).toEqual([1, `${ofRevision}\n`]);
  });
});
