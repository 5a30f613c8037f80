/** `leftfold keys`: what it prints where, what it keeps, and how it says what would be right. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../../test/support/server.js';
import { TestTerminal } from '../../../test/support/terminal.js';
import { parseKeyText } from '../../runtime/access/keys/api-key.js';
import { KeyAuthenticator } from '../../runtime/access/keys/key-authenticator.js';
import { readKeyFile } from '../../runtime/access/keys/key-file.js';
import { runProgram } from '../program.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('leftfold keys', () => {
  const folder = new TemporaryFolder();
  let data: string;
  let path: string;
  let folders = 0;

  beforeEach(() => {
    folders += 1;
    data = join(folder.path, String(folders));
    path = join(data, 'keys.json');
  });

  afterAll(() => {
    folder.remove();
  });

  const keys = async (
    args: readonly string[],
    environment: Readonly<Record<string, string>> = { LEFTFOLD_DATA: data },
  ): Promise<Outcome> => {
    const terminal = new TestTerminal({ environment });
    const code = await runProgram(['keys', ...args], '1.2.3', terminal);
    return { code, stdout: String(terminal.stdout.read() ?? ''), stderr: terminal.stderr.text };
  };

  describe('create', () => {
    it('prints a key that counts on stdout, alone, and the rest on stderr', async () => {
      const { code, stdout, stderr } = await keys([
        'create',
        'till-1',
        '--scope',
        'query:sum',
        '--scope',
        'log',
      ]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^lf_[a-z0-9]{12}_[\w-]{43}\n$/);
      const principal = new KeyAuthenticator({ path }).authenticate(stdout.trim());
      expect(principal?.id).toBe('key:till-1');
      expect(principal?.scopes.texts).toEqual(['query:sum', 'log']);
      const { id = '', secret = '' } = parseKeyText(stdout.trim()) ?? {};
      expect(stderr).toBe(
        `key ${id} of key:till-1, which never expires, for query:sum, log; it is not shown again; ${path} has a hash of it\n`,
      );
      expect(stderr).not.toContain(secret);
    });

    it.each([
      ['90d', 90 * 86_400_000],
      ['1d', 86_400_000],
    ])('ends it after %s', async (expires, milliseconds) => {
      const before = Date.now();
      expect((await keys(['create', 'a', '--scope', 'log', '--expires', expires])).code).toBe(0);
      const end = Date.parse(readKeyFile(path)?.keys[0]?.expires ?? '');
      expect(end).toBeGreaterThanOrEqual(before + milliseconds);
      expect(end).toBeLessThan(Date.now() + milliseconds + 1);
    });

    it.each([
      ['2999-01-31', '2999-01-31T00:00:00.000Z'],
      ['2999-01-31T12:30Z', '2999-01-31T12:30:00.000Z'],
    ])('ends it at %s', async (expires, time) => {
      expect((await keys(['create', 'a', '--scope', 'log', '--expires', expires])).code).toBe(0);
      expect(readKeyFile(path)?.keys).toMatchObject([{ expires: time }]);
    });

    it.each([
      [['create', 'a'], 'leftfold keys create: --scope is missing; a scope is query:<projection>, '],
      [
        ['create', 'a', '--scope', 'all'],
        '"all" is no scope; a scope is query:<projection>, command:<decider>',
      ],
      [['create', 'a', '--scope', 'query:'], 'is no scope'],
      [['create', 'Till 1', '--scope', 'log'], 'A name has up to 63 of a-z, 0-9'],
      [['create', '--scope', 'log'], "missing required argument 'name'"],
      [
        ['create', 'a', '--scope', 'log', '--expires', '2020-01-31'],
        'Give days from now, as in 90d, or a date to come',
      ],
      [['create', 'a', '--scope', 'log', '--expires', '2999-02-31'], 'Give days from now'],
      [['create', 'a', '--scope', 'log', '--expires', '0d'], 'Give days from now'],
      [['create', 'a', '--scope', 'log', '--expires', 'tomorrow'], 'Give days from now'],
    ])('answers %j with one line and 2, and makes no file', async (args, line) => {
      const { code, stdout, stderr } = await keys(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(line);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(existsSync(path)).toBe(false);
    });

    it('finds the file by options first, then by the settings', async () => {
      const at = (name: string): string => join(data, name);
      const environment = { LEFTFOLD_DATA: at('a'), LEFTFOLD_KEYS: at('b.json') };
      const create = ['create', 'x', '--scope', 'log'];
      await keys(create, environment);
      await keys([...create, '--data', at('c')], environment);
      await keys([...create, '--data', at('c'), '--keys', at('d.json')], environment);
      expect(['a/keys.json', 'b.json', 'c/keys.json', 'd.json'].map((name) => existsSync(at(name)))).toEqual([
        false,
        true,
        true,
        true,
      ]);
    });
  });

  describe('list', () => {
    it('shows each key and its state, and nothing that is secret', async () => {
      const made: string[] = [];
      for (const name of ['one', 'two'])
        made.push((await keys(['create', name, '--scope', 'query:*', '--expires', '2999-01-31'])).stdout);
      const [, second = ''] = made.map((text) => parseKeyText(text.trim())?.id);
      await keys(['revoke', second]);
      const { code, stdout } = await keys(['list']);
      expect(code).toBe(0);
      expect(stdout.split('\n')).toEqual([
        expect.stringMatching(/^id +name +state +created +expires +scopes$/),
        expect.stringMatching(/^[a-z0-9]{12} {2}one {3}valid {4}\d{4}-\d\d-\d\d {2}2999-01-31 {2}query:\*$/),
        expect.stringMatching(/^[a-z0-9]{12} {2}two {3}revoked {2}/),
        '',
      ]);
      const json = (await keys(['list', '--json'])).stdout;
      expect(JSON.parse(json)).toMatchObject([
        { name: 'one', state: 'valid', scopes: ['query:*'], expires: '2999-01-31T00:00:00.000Z' },
        { name: 'two', state: 'revoked', revoked: expect.any(String) as string },
      ]);
      for (const text of made) {
        const { secret = '' } = parseKeyText(text.trim()) ?? {};
        expect(stdout + json).not.toContain(secret);
      }
      expect(json).not.toContain('sha256');
    });

    it('says on stderr that there is none, and gives programs an empty list', async () => {
      expect(await keys(['list'])).toEqual({
        code: 0,
        stdout: '',
        stderr: `${path} has no keys; leftfold keys create makes one\n`,
      });
      expect((await keys(['list', '--json'])).stdout).toBe('[]\n');
    });

    it('says in one line why a file cannot be used, with 1', async () => {
      await keys(['create', 'a', '--scope', 'log']);
      chmodSync(path, 0o644);
      const { code, stderr } = await keys(['list']);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^leftfold keys list: others than its owner may open .*\n$/),
      ]);
    });
  });

  describe('revoke', () => {
    it('ends a key, as often as it is asked', async () => {
      const key = (await keys(['create', 'a', '--scope', 'log'])).stdout.trim();
      const { id = '' } = parseKeyText(key) ?? {};
      for (let times = 0; times < 2; times += 1)
        expect(await keys(['revoke', id])).toEqual({
          code: 0,
          stdout: '',
          stderr: `key ${id} of key:a is revoked\n`,
        });
      expect(() => new KeyAuthenticator({ path }).authenticate(key)).toThrow('The key has been revoked.');
    });

    it('fails for an id that there is not, and makes no file', async () => {
      const { code, stderr } = await keys(['revoke', 'abcdefghijkl']);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`${path} has no key abcdefghijkl; `)]);
      expect(existsSync(path)).toBe(false);
    });

    it('does not repeat a key that is given as an id', async () => {
      const key = (await keys(['create', 'a', '--scope', 'log'])).stdout.trim();
      const { code, stdout, stderr } = await keys(['revoke', key]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('an id is 12 letters and digits');
      expect(stderr).not.toContain(key.slice(0, 15));
    });
  });

  it.each(['create', 'list', 'revoke'])('shows options and examples in the help of %s', async (command) => {
    const { code, stdout } = await keys([command, '--help']);
    expect(code).toBe(0);
    for (const part of [
      `Usage: leftfold keys ${command} `,
      '--keys <file>',
      '--data <folder>',
      'Exit codes:',
    ])
      expect(stdout).toContain(part);
    expect(stdout).toMatch(new RegExp(`Examples:\n {2}.*leftfold keys ${command}\\b`));
  });
});
