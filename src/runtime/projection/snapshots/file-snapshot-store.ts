/**
 * Snapshots as files in one folder: whole or not there, checked when they are read, and a ladder of them kept.
 *
 * None is flushed: that would hold up the log's own flushes, and a power failure costs no more than a fold from one
 * that the system has written out already.
 */
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { position, type Position } from '../../event-log/event.js';
import { snapshotsToDrop, type RetentionLimits, type StoredSnapshot } from './retention.js';
import { machineIn } from '../skipping.js';
import { fromBytes, headerIn, toBytes } from './snapshot-file.js';
import {
  SnapshotStore,
  isUnreadable,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
  type UnreadableSnapshot,
} from './snapshot-store.js';

const SUFFIX = '.snapshot';
const UNFINISHED = `${SUFFIX}.new`;

/** More than a header has. */
const HEADER_BYTES = 4096;

export const DEFAULT_LIMITS: RetentionLimits = { spacing: 10_000, bytes: 1024 ** 3 };

interface KeptFile extends StoredSnapshot {
  readonly name: string;
  readonly label: SnapshotIdentity | UnreadableSnapshot;
}

/** Where a projection's snapshots are within the folder of all data. */
export function snapshotFolder(data: string, projection: string): string {
  return join(data, 'projections', projection);
}

export class FileSnapshotStore extends SnapshotStore {
  /** By name; what is not in here has not been looked at yet. */
  readonly #known = new Map<string, KeptFile>();
  #isTidy = false;

  /** @param folder this projection's own; one process at a time saves there, any number may read */
  constructor(
    private readonly folder: string,
    private readonly limits: RetentionLimits = DEFAULT_LIMITS,
  ) {
    super();
  }

  override async save(snapshot: Snapshot): Promise<number> {
    const bytes = toBytes(snapshot);
    await mkdir(this.folder, { recursive: true });
    await this.#tidy();
    const name = fileName(snapshot.position);
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path); // a crash before this leaves a file that no one reads
    const { position: at, log, machine } = snapshot;
    this.#known.set(name, { name, position: at, bytes: bytes.length, label: { position: at, log, machine } });
    await this.#dropBeside(snapshot);
    return bytes.length;
  }

  override async *newestFirst(through?: Position): AsyncIterable<Snapshot | UnreadableSnapshot> {
    for (const name of await this.#names()) {
      if (through === undefined || positionIn(name) <= through) yield await this.#read(name);
    }
  }

  override async clear(isKept?: (found: SnapshotIdentity | UnreadableSnapshot) => boolean): Promise<void> {
    if (isKept === undefined) await this.#drop(await this.#names());
    else
      await this.#drop((await this.#files()).filter(({ label }) => !isKept(label)).map(({ name }) => name));
  }

  async #read(name: string): Promise<Snapshot | UnreadableSnapshot> {
    const path = join(this.folder, name);
    try {
      return fromBytes(await readFile(path));
    } catch (error) {
      const unreadable = { name: path, reason: (error as Error).message };
      const known = this.#known.get(name);
      if (known !== undefined) this.#known.set(name, { ...known, label: unreadable });
      return unreadable;
    }
  }

  override async list(): Promise<readonly SnapshotEntry[]> {
    const entries = (await this.#names()).map(async (name): Promise<readonly SnapshotEntry[]> => {
      const found = await stat(join(this.folder, name)).catch(() => undefined); // dropped meanwhile
      const at = Number(name.slice(0, -SUFFIX.length));
      if (found === undefined || !Number.isSafeInteger(at)) return [];
      return [{ position: position(at), bytes: found.size, time: found.mtime }];
    });
    return (await Promise.all(entries)).flat();
  }

  /**
   * Keeps a ladder of those that go with the one just saved. What is damaged, of another log or of another machine is no rung: it
   * would be passed over. What stands after the newest is of another past.
   */
  async #dropBeside(newest: SnapshotIdentity): Promise<void> {
    const files = await this.#files();
    const origin = originOf(newest);
    const isRung = ({ position: at, label }: KeptFile): boolean =>
      !isUnreadable(label) && originOf(label) === origin && at <= newest.position;
    const dropped = [
      ...files.filter((file) => !isRung(file)),
      ...snapshotsToDrop(files.filter(isRung), this.limits),
    ];
    await this.#drop(dropped.map(({ name }) => name));
  }

  /** One after the other: who appends uses the same disk. */
  async #drop(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await rm(join(this.folder, name), { force: true });
      this.#known.delete(name);
    }
  }

  /** All that are there. Of hundreds, only those are asked for that are not known yet. */
  async #files(): Promise<readonly KeptFile[]> {
    const names = await this.#names();
    const unknown = names.filter((name) => !this.#known.has(name));
    for (const about of await Promise.all(unknown.map((name) => aboutFile(this.folder, name))))
      this.#known.set(about.name, about);
    return names.flatMap((name) => this.#known.get(name) ?? []);
  }

  /** What a crash left unfinished, nobody will finish. */
  async #tidy(): Promise<void> {
    if (this.#isTidy) return;
    const names = await readdir(this.folder);
    await Promise.all(
      names
        .filter((name) => name.endsWith(UNFINISHED))
        .map((name) => rm(join(this.folder, name), { force: true })),
    );
    this.#isTidy = true;
  }

  /** Newest first. */
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
function fileName(at: Position): string {
  return `${String(at).padStart(16, '0')}${SUFFIX}`;
}

const positionIn = (name: string): number => Number(name.slice(0, -SUFFIX.length));

/** What is skipped makes none another's: it tells only of the positions after it. */
const originOf = ({ log, machine }: SnapshotIdentity): string => `${log} ${machineIn(machine)}`;

/** Reads the first line only: there may be hundreds of them, and large ones. */
async function aboutFile(folder: string, name: string): Promise<KeptFile> {
  const path = join(folder, name);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return {
      name,
      position: positionIn(name),
      bytes: size,
      label: labelIn(path, buffer.subarray(0, bytesRead)),
    };
  } finally {
    await file.close();
  }
}

function labelIn(path: string, bytes: Buffer): SnapshotIdentity | UnreadableSnapshot {
  try {
    const { position: at, log, machine } = headerIn(bytes);
    return { position: position(at), log, machine };
  } catch (error) {
    return { name: path, reason: (error as Error).message };
  }
}
