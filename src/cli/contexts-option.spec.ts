/** With which contexts a command works, and what it says of a file that has none. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../test/support/server.js';
import { loadContexts } from './contexts-option.js';
import { CommandFailed, EXIT } from './exit-codes.js';

const SUPPORT = join(import.meta.dirname, '..', '..', 'test', 'support');
const RIGHT =
  'name a JavaScript module that exports contexts, a list of Nest modules with projections of this leftfold';

const theApps = [{ module: Object }];
const terminal = { contexts: (): Promise<readonly unknown[]> => Promise.resolve(theApps) };

const folder = new TemporaryFolder();

afterAll(() => {
  folder.remove();
});

/** A module with this text, in a file of its own. */
function moduleOf(name: string, text: string): string {
  const file = join(folder.path, name);
  writeFileSync(file, text);
  return file;
}

async function refusal(file: string): Promise<string> {
  const error: unknown = await loadContexts({ contexts: file }, terminal).catch((reason: unknown) => reason);
  if (!(error instanceof CommandFailed)) throw new Error('it was not refused', { cause: error });
  expect(error.exitCode).toBe(EXIT.usage);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('the contexts of a command', () => {
  it('are those of the app, when no file is named', async () => {
    expect(await loadContexts({}, terminal)).toBe(theApps);
  });

  it.each(['/', './'])('are those of a file, when one is named from %s', async (from) => {
    const path = join(SUPPORT, 'contexts-of-this-source.ts');
    const file = from === '/' ? path : path.replace(process.cwd(), '.');
    const contexts = await loadContexts({ contexts: file }, terminal);
    expect(contexts).toHaveLength(1);
    expect(contexts).not.toBe(theApps);
  });
});

describe('a file of contexts', () => {
  it('must be there, and no folder', async () => {
    const gone = join(folder.path, 'gone.mjs');
    expect(await refusal(gone)).toBe(`--contexts: there is no file ${gone}; ${RIGHT}`);
    const inside = join(folder.path, 'inside');
    mkdirSync(inside);
    expect(await refusal(inside)).toBe(`--contexts: there is no file ${inside}; ${RIGHT}`);
  });

  it.each([
    ['other.mjs', 'export const context = [];'],
    ['one.mjs', 'export const contexts = class {};'],
    ['list.mjs', 'export default [];'],
  ])('must export a list as contexts: %s does not', async (name, text) => {
    const file = moduleOf(name, text);
    expect(await refusal(file)).toBe(`--contexts: ${file} exports no list as contexts; ${RIGHT}`);
  });

  it.each([
    ['empty.mjs', 'export const contexts = [];'],
    ['words.mjs', "export const contexts = ['sum', undefined];"],
  ])('must have a projection in them: %s has not', async (name, text) => {
    const file = moduleOf(name, text);
    expect(await refusal(file)).toBe(`--contexts: the contexts of ${file} have no projection; ${RIGHT}`);
  });

  it.each([
    ['throws.mjs', "throw new Error('no database\\nhere');", 'no database'],
    ['nothing.mjs', 'throw undefined;', 'undefined'],
  ])('must be one that can be loaded: %s cannot', async (name, text, reason) => {
    const file = moduleOf(name, text);
    expect(await refusal(file)).toBe(`--contexts: ${file} cannot be loaded (${reason}); ${RIGHT}`);
  });
});
