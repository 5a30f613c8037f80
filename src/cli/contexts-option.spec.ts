/** Loading the contexts of a command, and the message for an invalid file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../test/support/server.js';
import { contextsIn } from '../runtime/projection/module-definitions.js';
import { loadContexts } from './contexts-option.js';
import { CommandFailed, EXIT } from './exit-codes.js';

const SUPPORT = join(import.meta.dirname, '..', '..', 'test', 'support');
const EXPECTED =
  'name a JavaScript module that exports contexts, a list of Nest modules with projections of this leftfold, or the module of an application';

const appContexts = [{ module: Object }];
const terminal = { contexts: (): Promise<readonly unknown[]> => Promise.resolve(appContexts) };

const folder = new TemporaryFolder();

afterAll(() => {
  folder.remove();
});

/** Writes a module with this text. */
function moduleOf(name: string, text: string): string {
  const file = join(folder.path, name);
  writeFileSync(file, text);
  return file;
}

async function refusal(file: string): Promise<string> {
  const error: unknown = await loadContexts({ contexts: file }, terminal).catch((reason: unknown) => reason);
  if (!(error instanceof CommandFailed)) throw new Error('the file was accepted', { cause: error });
  expect(error.exitCode).toBe(EXIT.usage);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('loadContexts', () => {
  it('gives the contexts of the app when no file is named', async () => {
    expect(await loadContexts({}, terminal)).toBe(appContexts);
  });

  it('asks for a file where there is no app', async () => {
    const error: unknown = await loadContexts({}, {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringMatching(
        /^there is no app here .*; name a module with --contexts <file>/,
      ) as string,
    });
  });

  it.each(['/', './'])('gives the contexts of a file named from %s', async (from) => {
    const path = join(SUPPORT, 'contexts-of-this-source.ts');
    const file = from === '/' ? path : path.replace(process.cwd(), '.');
    const contexts = await loadContexts({ contexts: file }, terminal);
    expect(contexts).toHaveLength(1);
    expect(contexts).not.toBe(appContexts);
  });
});

describe('a file of --contexts', () => {
  it('may export the module of an application, whose contexts it then is', async () => {
    const file = join(SUPPORT, 'application-of-this-source.ts');
    const contexts = await loadContexts({ contexts: file }, terminal);
    expect(contextsIn(contexts).map(({ name }) => name)).toEqual(['Entries', 'Balance', 'Factor']);
  });

  it('must exist and not be a folder', async () => {
    const missing = join(folder.path, 'missing.mjs');
    expect(await refusal(missing)).toBe(`--contexts: there is no file ${missing}; ${EXPECTED}`);
    const inside = join(folder.path, 'inside');
    mkdirSync(inside);
    expect(await refusal(inside)).toBe(`--contexts: there is no file ${inside}; ${EXPECTED}`);
  });

  it.each([
    ['other.mjs', 'export const context = [];'],
    ['one.mjs', 'export const contexts = class {};'],
    ['list.mjs', 'export default [];'],
  ])('must export a list named contexts: %s does not', async (name, text) => {
    const file = moduleOf(name, text);
    expect(await refusal(file)).toBe(`--contexts: ${file} exports no list as contexts; ${EXPECTED}`);
  });

  it.each([
    ['empty.mjs', 'export const contexts = [];'],
    ['strings.mjs', "export const contexts = ['sum', undefined];"],
  ])('must have contexts with a projection: %s has none', async (name, text) => {
    const file = moduleOf(name, text);
    expect(await refusal(file)).toBe(`--contexts: the contexts of ${file} have no projection; ${EXPECTED}`);
  });

  it.each([
    ['throws.mjs', "throw new Error('no database\\nhere');", 'no database'],
    ['nothing.mjs', 'throw undefined;', 'undefined'],
  ])('must be loadable: %s is not', async (name, text, reason) => {
    const file = moduleOf(name, text);
    expect(await refusal(file)).toBe(`--contexts: ${file} cannot be loaded (${reason}); ${EXPECTED}`);
  });
});
