/**
 * A throw-away PostgreSQL from the machine's own binaries: in a temporary folder, on loopback and a free port, with
 * fsync on. `stop()` deletes it, and so does the end of this process, unless a signal ends it.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const DEBIAN = '/usr/lib/postgresql'; // Debian keeps each version's servers there, off the PATH.

/** The folder with `initdb` and `postgres`: the first on the PATH, else the newest version. Undefined where there is none. */
export function postgresBinaries() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((binary) => existsSync(join(folder, binary))));
}

/** Whom to run as. PostgreSQL refuses to run as root, who therefore lends it another user; anyone else runs it themselves. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find(([found]) => found === name);
    if (user !== undefined) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody to run it as');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Resolves once the server takes connections; rejects with what it said when it ends before. */
function ready(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (chunk) => {
      if (said !== undefined) said += chunk;
      if (!said?.includes('ready to accept connections')) return;
      said = undefined; // From here on its log is read, so that it never waits for us, and dropped.
      resolve();
    });
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`postgres ended with ${code}: ${said?.trim()}`)));
  });
}

/**
 * @param {Record<string, string>} settings what to set beside the defaults, by the names of postgresql.conf
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
export async function startPostgres(settings = {}) {
  const binaries = postgresBinaries();
  if (binaries === undefined) throw new Error(`found no initdb and postgres, on the PATH or in ${DEBIAN}`);
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-postgres-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  const user = unprivileged();
  const runs = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  const data = join(folder, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) [folder, passwordFile].forEach((path) => chownSync(path, user.uid, user.gid));
    // Loopback is open to every user of the machine, and a superuser of PostgreSQL runs programs: hence the password.
    await promisify(execFile)(
      join(binaries, 'initdb'),
      [
        `--pgdata=${data}`,
        '--username=leftfold',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--no-sync',
      ],
      runs,
    );
  } catch (error) {
    remove();
    throw error;
  }

  const port = await freePort();
  const all = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', fsync: 'on', ...settings };
  const options = Object.entries(all).flatMap(([setting, value]) => ['-c', `${setting}=${value}`]);
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...options], {
    ...runs,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => server.once('close', resolve));
  const quit = () => server.kill('SIGQUIT'); // At once, without a last checkpoint: nobody reads the data again.
  const atExit = () => {
    quit();
    remove();
  };
  process.once('exit', atExit);
  const stop = async () => {
    process.off('exit', atExit);
    quit();
    await ended;
    remove();
  };
  try {
    await ready(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://leftfold:${password}@127.0.0.1:${port}/postgres`, stop };
}
