/** `leftfold keys` as a program: several at once, and one that is killed while it changes the file. */
import { once } from 'node:events';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { KeyAuthenticator } from '../../src/runtime/access/keys/key-authenticator.js';
import { readKeyFile } from '../../src/runtime/access/keys/key-file.js';
import { leftfold, printed } from '../support/cli.js';
import { TemporaryFolder } from '../support/server.js';

const HOLD_LOCK = `
  const { default: Database } = await import('libsql');
  new Database(process.argv[1]).exec('BEGIN EXCLUSIVE');
  process.stdout.write('locked');
  setInterval(() => {}, 1000);
`;

describe('leftfold keys, the program', () => {
  const folder = new TemporaryFolder();
  const data = folder.path;
  const path = join(data, 'keys.json');

  afterAll(() => {
    folder.remove();
  });

  it('loses no key when several are made at once', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `till-${index}`);
    const made = await Promise.all(
      names.map((name) => printed(['keys', 'create', name, '--scope', 'log', '--data', data])),
    );
    const authenticator = new KeyAuthenticator({ path });
    expect(made.map((key) => authenticator.authenticate(key.trim())?.id)).toEqual(
      names.map((name) => `key:${name}`),
    );
  }, 30_000);

  it('goes on after a process that was killed while it held the lock', async () => {
    const before = readKeyFile(path)?.keys.length ?? 0;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD_LOCK, `${path}.lock`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const waiting = leftfold(['keys', 'create', 'late', '--scope', 'log', '--data', data]);
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // it has come to the lock by then
    expect(readKeyFile(path)?.keys).toHaveLength(before);
    holder.kill('SIGKILL');
    expect((await waiting).code).toBe(0);
    expect(readKeyFile(path)?.keys).toHaveLength(before + 1);
  }, 30_000);
});
