/** Snapshots as files in one folder: whole or not there, and checked by digest when they are read. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { flushFolder } from '../event-log/flush.js';
import { position } from '../event-log/event.js';
import type { FoldState } from './fold-state.js';
import { digestText, type RollingDigest } from './rolling-digest.js';
import { SnapshotStore, type Snapshot, type Unreadable } from './snapshot-store.js';

/** The newest one may be damaged; so many are kept that there is another. */
const KEPT = 3;
const SUFFIX = '.snapshot';
const FORMAT = 2;

/** The first line of a file, as JSON; the state follows, in V8's structured-clone format, which knows BigInt. */
interface Header {
  readonly format: number;
  readonly position: number;
  readonly log: string;
  readonly machine: string;
  /** Of the events that were folded. */
  readonly digest: RollingDigest;
  /** Over everything else, the header's other fields included. */
  readonly sha256: string;
}

export class FileSnapshotStore extends SnapshotStore {
  /** @param folder this projection's own */
  constructor(private readonly folder: string) {
    super();
  }

  override async save({ position: at, log, machine, digest, state }: Snapshot): Promise<number> {
    const body = serialize(state);
    const about = { format: FORMAT, position: at, log, machine, digest };
    const header: Header = { ...about, sha256: checksum(about, body) };
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, fileName(at));
    await writeFlushed(`${path}.new`, bytes);
    await rename(`${path}.new`, path); // a crash before this leaves a file that no one reads
    await flushFolder(this.folder);
    await this.#dropAllBut(fileName(at));
    return bytes.length;
  }

  override async *newestFirst(): AsyncIterable<Snapshot | Unreadable> {
    for (const name of await this.#names()) {
      yield await this.#read(name);
    }
  }

  override async clear(isKept: (found: Snapshot | Unreadable) => boolean = () => false): Promise<void> {
    for (const name of await this.#names()) {
      if (!isKept(await this.#read(name))) await rm(join(this.folder, name), { force: true });
    }
  }

  async #read(name: string): Promise<Snapshot | Unreadable> {
    const path = join(this.folder, name);
    try {
      return parse(await readFile(path));
    } catch (error) {
      return { name: path, reason: (error as Error).message };
    }
  }

  /** What stands after the newest is damaged or of another log, and would crowd out what this one saves. */
  async #dropAllBut(newest: string): Promise<void> {
    const names = await this.#names();
    const kept = new Set(names.filter((name) => name <= newest).slice(0, KEPT));
    await Promise.all(
      names.filter((name) => !kept.has(name)).map((name) => rm(join(this.folder, name), { force: true })),
    );
  }

  async #names(): Promise<readonly string[]> {
    try {
      const names = await readdir(this.folder);
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .sort()
        .reverse();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

/** Names sort as positions do. */
function fileName(at: number): string {
  return `${String(at).padStart(16, '0')}${SUFFIX}`;
}

function parse(bytes: Buffer): Snapshot {
  const end = bytes.indexOf('\n');
  if (end < 0) throw new Error('it is cut off');
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  const body = bytes.subarray(end + 1);
  if (header.format !== FORMAT)
    throw new Error(`it has format ${header.format}, but this version reads ${FORMAT}`);
  if (checksum(header, body) !== header.sha256) throw new Error('its digest is not that of its content');
  return {
    position: position(header.position),
    log: header.log,
    machine: header.machine,
    digest: header.digest,
    state: deserialize(body) as FoldState,
  };
}

async function writeFlushed(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function checksum({ position: at, log, machine, digest }: Omit<Header, 'sha256'>, body: Buffer): string {
  return createHash('sha256')
    .update(`${FORMAT} ${at} ${log} ${machine} ${digestText(digest)}\n`)
    .update(body)
    .digest('hex');
}
