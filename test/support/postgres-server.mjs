/** A PostgreSQL server of the tests' own: on the loopback, on a free port, in a temporary folder, gone afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const USER = 'leftfold';

/** The folder of `postgres` and `initdb`: on the path, or where Debian keeps them; the newest. */
export function findPostgres() {
  const versions = '/usr/lib/postgresql';
  const installed = existsSync(versions) ? readdirSync(versions) : [];
  const newestFirst = installed.sort((one, other) => Number(other) - Number(one));
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...onPath.map(realFolder), ...newestFirst.map((version) => join(versions, version, 'bin'))].find(
    (folder) => ['postgres', 'initdb'].every((program) => existsSync(join(folder, program))),
  );
}

/** A link on the path may stand alone; beside the program itself is `initdb`. */
function realFolder(folder) {
  const program = join(folder, 'postgres');
  return existsSync(program) ? dirname(realpathSync(program)) : folder;
}

export class PostgresServer {
  #child;
  #ended;

  constructor(programs, folder, port, password) {
    this.programs = programs;
    this.folder = folder;
    this.port = port;
    this.url = `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
  }

  /** @param programs where `postgres` and `initdb` are */
  static async start(programs) {
    const folder = mkdtempSync(join(tmpdir(), 'leftfold-postgres-'));
    const password = randomBytes(12).toString('hex');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password);
    for (const path of [folder, passwordFile]) give(path);
    const server = new PostgresServer(programs, folder, await freePort(), password);
    // A stronger digest than MD5 would be most of the work of a case that opens a few connections.
    server.#run('initdb', [
      ...['--pgdata', server.data, '--username', USER, '--pwfile', passwordFile],
      ...['--auth', 'md5', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ]);
    await server.begin();
    return server;
  }

  get data() {
    return join(this.folder, 'data');
  }

  /** Starts it, the first time or after its end. Resolves once it takes connections. */
  async begin() {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: '',
      max_connections: 300,
      // The tests end the server, not the machine.
      fsync: 'off',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#child = spawn(join(this.programs, 'postgres'), ['-D', this.data, ...options], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...unprivileged,
    });
    // Its own processes hold on to its standard error, so this waits for them too.
    this.#ended = once(this.#child, 'close');
    await ready(this.#child, this.#ended);
  }

  /** Ends the server: SIGINT in good order, though at once; SIGQUIT as a crash of it would, and all that it had begun with it. */
  async end(signal = 'SIGINT') {
    this.#child.kill(signal);
    await this.#ended;
  }

  /** Ends it, and removes all that it kept. */
  async remove() {
    await this.end('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(program, options) {
    execFileSync(join(this.programs, program), options, {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...unprivileged,
    });
  }
}

/** PostgreSQL refuses to run as root, so there it runs as somebody who may do nothing else. */
const unprivileged = process.getuid?.() === 0 ? somebody() : {};

function somebody() {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return {};
}

function give(path) {
  if ('uid' in unprivileged) chownSync(path, unprivileged.uid, unprivileged.gid);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** @throws Error with what it said when it ends before it is ready */
async function ready(child, ended) {
  let said = '';
  const isReady = new Promise((resolve) => {
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-10_000);
      if (said.includes('ready to accept connections')) resolve(true);
    });
  });
  if (await Promise.race([isReady, ended.then(() => false)])) return;
  throw new Error(`postgres ended before it was ready:\n${said}`);
}
