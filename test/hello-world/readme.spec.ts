import { jest } from '@jest/globals';
import { Shell, addContext, asShown, blocksOf, copyProject, freePort, stepsOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';

jest.setTimeout(600_000); // it installs, builds and tests, as a newcomer does

const blocks = blocksOf('README.md');
const commands = blocks.filter(({ language }) => language === 'sh' || language === 'console');
const [example, list] = blocks.filter(({ language }) => language === 'ts');

/** What looks at all contexts of the checkout; of the README itself, all but this. */
const SPECS =
  'test/contracts test/readme test/e2e/operations.spec.ts test/hello-world/contracts.spec.ts test/hello-world/readme.spec.ts';
const TESTS = '^(?!.*leaves the checkout green)(?!POST /projections/:name/rebuild)';

describe('the README', () => {
  const folder = new TemporaryFolder();
  let shell: Shell;

  beforeAll(async () => {
    copyProject(folder.path);
    shell = new Shell(folder.path, await freePort());
  });

  afterAll(async () => {
    await shell.stop();
    folder.remove();
  });

  it('shows what its commands do', async () => {
    for (const block of commands) {
      if (block.language === 'sh') {
        await shell.stop();
        await shell.start(block.text.trim());
      } else {
        for (const { command, shows } of stepsOf(block)) {
          expect({ command, output: shell.run(command) }).toEqual({
            command,
            output: expect.stringMatching(asShown(shows)) as unknown,
          });
        }
      }
    }
  });

  it('adds a context that folds the existing log from position 1, and changes nothing else', async () => {
    await shell.stop();
    addContext(folder.path, example, list);
    await shell.start('LEFTFOLD_DATA=./data-hello npm start');
    expect(shell.run("curl -s -H 'Prefer: wait=5' 'localhost:3000/parity?after=6'")).toBe(
      '{"state":"odd","changes":5,"position":6}', // of 1, 1, 1, 1, 2, 5
    );
    expect(shell.run('curl -s localhost:3000/sum')).toBe(
      '{"value":"11","state":"counting","count":6,"position":6}',
    );
  });

  it('leaves the checkout green: lint, types, and the tests that look at contexts', async () => {
    await shell.stop();
    shell.run('npx eslint src/contexts src/apps && npx prettier --check src contracts');
    expect(shell.run('npm run -s lint:arrows')).toContain('no dependency violations');
    shell.run('npm run -s types');
    shell.run('git init -q'); // these tests copy what git would know
    shell.run(`npm test -- ${SPECS} -t '${TESTS}'`);
  }, 900_000);
});
