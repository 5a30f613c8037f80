/** A page of `docs/` whose console commands are run, one after the other, against a server of the hello world. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEFTFOLD } from '../../support/cli.js';
import { asShown, blocksOf, stepsOf } from '../../support/readme.js';
import { TemporaryFolder, type Server } from '../../support/server.js';
import { startProgram } from './numbers.js';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');

/**
 * @param steps how many commands the page has, so that none is overlooked
 * @param after what to wait for after a command, by its index
 */
export function describeGuide(
  page: string,
  steps: number,
  after: (index: number, server: Server) => Promise<unknown> = () => Promise.resolve(),
): void {
  describe(`docs/${page}`, () => {
    const folder = new TemporaryFolder();
    let server: Server;

    beforeAll(async () => {
      server = await startProgram({ LEFTFOLD_DATA: folder.path, LEFTFOLD_SEED: '1,1,1,1,2' });
      await server.ready();
    });

    afterAll(async () => {
      await server.stop();
      folder.remove();
    });

    const run = (command: string): string => {
      const text = command
        .replaceAll('localhost:3000', server.url.slice('http://'.length))
        .replace('npx leftfold', `"${process.execPath}" "${LEFTFOLD}"`);
      const environment = { ...process.env, LEFTFOLD_DATA: folder.path, NODE_OPTIONS: '' };
      return execFileSync('bash', ['-c', text], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
        .toString()
        .replaceAll('\r\n', '\n')
        .trimEnd();
    };

    it('shows what its commands do', async () => {
      const shown = blocksOf(`docs/${page}`)
        .filter(({ language }) => language === 'console')
        .flatMap(stepsOf);
      expect(shown).toHaveLength(steps);
      for (const [index, { command, shows }] of shown.entries()) {
        expect({ command, output: run(command) }).toEqual({
          command,
          output: expect.stringMatching(asShown(shows)) as unknown,
        });
        await after(index, server);
      }
    });

    it('links to files that there are', () => {
      const text = readFileSync(join(DOCS, page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
      const files = links.filter((link) => !/^https?:/.test(link));
      expect(files.filter((link) => !existsSync(join(DOCS, link)))).toEqual([]);
    });
  });
}
