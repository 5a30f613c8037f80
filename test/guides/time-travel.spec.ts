/** What `docs/time-travel.md` shows is what happens. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textUpTo } from '../support/api.js';
import { LEFTFOLD } from '../support/cli.js';
import { asShown, blocksOf, stepsOf } from '../support/readme.js';
import { Server, TemporaryFolder } from '../support/server.js';

const GUIDE = 'docs/time-travel.md';
const DOCS = join(import.meta.dirname, '..', '..', 'docs');

const folder = new TemporaryFolder();
let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_DATA: folder.path, LEFTFOLD_SEED: '1,1,1,1,2' });
  await server.ready();
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

function run(command: string): string {
  const text = command
    .replaceAll('localhost:3000', server.url.slice('http://'.length))
    .replace('npx leftfold', `"${process.execPath}" "${LEFTFOLD}"`);
  const environment = { ...process.env, LEFTFOLD_DATA: folder.path, NODE_OPTIONS: '' };
  return execFileSync('bash', ['-c', text], { env: environment }).toString().trimEnd();
}

describe('the guide to time travel', () => {
  it('shows what its commands do', async () => {
    const steps = blocksOf(GUIDE)
      .filter(({ language }) => language === 'console')
      .flatMap(stepsOf);
    expect(steps).toHaveLength(9);
    for (const [index, { command, shows }] of steps.entries()) {
      expect({ command, output: run(command) }).toEqual({
        command,
        output: expect.stringMatching(asShown(shows)) as unknown,
      });
      if (index === 1) await textUpTo(server, '/sum', 7);
    }
  });

  it('links to files that there are', () => {
    const text = readFileSync(join(DOCS, 'time-travel.md'), 'utf8');
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(DOCS, link)))).toEqual([]);
  });
});
