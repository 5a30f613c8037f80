import { jest } from '@jest/globals';
import {
  Shell,
  addContext,
  asShown,
  blocksOf,
  copyProject,
  freePort,
  setTypeChecks,
  stepsOf,
} from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';

jest.setTimeout(600_000); // it installs and builds, as a newcomer does

const blocks = blocksOf('README.md');
const commands = blocks.filter(({ language }) => language === 'sh' || language === 'console');
const [example, list] = blocks.filter(({ language }) => language === 'ts');

/** What it says to add or change for a context. */
const ADDED = 'src/contexts/parity src/apps/monolith/contexts.ts';

/** What looks at all contexts of the checkout. The README's own commands are run again by this spec; a guide that adds a context lints it itself. */
const SPECS = 'test/contracts test/readme test/model test/hello-world/contracts.spec.ts';
const LINTED = '^(?!.*leaves the checkout green)';

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

  /** Does the session of the README, from the start of its server on. */
  async function showsWhatItSays(start = (command: string): string => command): Promise<void> {
    for (const block of commands) {
      if (block.language === 'sh') {
        await shell.stop();
        await shell.start(start(block.text.trim()));
        setTypeChecks(folder.path, false); // the next ones build the same
      } else {
        for (const { command, shows } of stepsOf(block)) {
          expect({ command, output: shell.run(command) }).toEqual({
            command,
            output: expect.stringMatching(asShown(shows)) as unknown,
          });
        }
      }
    }
  }

  it('shows what its commands do', () => showsWhatItSays());

  it('adds a context that folds the existing log from position 1, and changes nothing else', async () => {
    await shell.stop();
    addContext(folder.path, example, list);
    setTypeChecks(folder.path, true);
    await shell.start('LEFTFOLD_DATA=./data-hello npm start');
    expect(shell.run("curl -s -H 'Prefer: wait=5' 'localhost:3000/parity?after=6'")).toBe(
      '{"state":"odd","changes":5,"position":6}', // of 1, 1, 1, 1, 2, 5
    );
    expect(shell.run('curl -s localhost:3000/sum')).toBe(
      '{"value":"11","state":"counting","count":6,"position":6}',
    );
  });

  it('shows the same beside that context, on logs of their own', async () => {
    await shell.stop();
    shell.run('rm -r data data-hello');
    // Installed and built it is.
    await showsWhatItSays((command) =>
      command.replace('npm ci && ', '').replace('npm start', 'node dist/main.js'),
    );
    expect(shell.run("curl -s -H 'Prefer: wait=5' 'localhost:3000/parity?after=6'")).toContain(
      '"state":"odd"',
    );
  });

  // Types were checked by the build with it.
  it('leaves the checkout green: lint, and the tests that look at contexts', async () => {
    await shell.stop();
    shell.run(`npx eslint ${ADDED} && npx prettier --check ${ADDED}`);
    expect(shell.run('npm run -s lint:arrows')).toContain('no dependency violations');
    shell.run('git init -q'); // these tests copy what git would know
    shell.run(`npm test -- ${SPECS} -t '${LINTED}'`);
  }, 600_000);
});
