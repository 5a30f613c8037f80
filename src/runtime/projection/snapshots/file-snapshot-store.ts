/**
 * Snapshots as files in one folder: each appears whole by a rename, is checked when it is read, and is dropped by `retention.ts`.
 *
 * Files are not fsynced, which would delay the fsyncs of the log on the same disk. After a power failure the fold begins from an
 * older snapshot that the system had written out by itself.
 */
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { position, type Position } from '../../event-log/event.js';
import { fileErrorText } from '../../file-error-text.js';
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

/** A file beside the snapshots. */
const AUDITED_BUILD = 'audited-build';

/** More than any header has. */
const HEADER_BYTES = 4096;

export const DEFAULT_LIMITS: RetentionLimits = { spacing: 10_000, bytes: 1024 ** 3 };

interface SnapshotFile extends StoredSnapshot {
  readonly name: string;
  readonly identity: SnapshotIdentity | UnreadableSnapshot;
}

/** The folder of a projection's snapshots within the data folder. */
export function snapshotFolder(data: string, projection: string): string {
  return join(data, 'projections', projection);
}

export class FileSnapshotStore extends SnapshotStore {
  override readonly place: string;
  /** The files whose headers have been read, by name. */
  readonly #known = new Map<string, SnapshotFile>();
  #hasRemovedUnfinished = false;

  /** @param folder this projection's own. One process at a time may save there, any number may read. */
  constructor(
    private readonly folder: string,
    private readonly limits: RetentionLimits = DEFAULT_LIMITS,
  ) {
    super();
    this.place = folder;
  }

  override async save(snapshot: Snapshot): Promise<number> {
    const bytes = toBytes(snapshot);
    await mkdir(this.folder, { recursive: true });
    await this.#removeUnfinished();
    const name = fileName(snapshot.position);
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path); // a crash before this leaves a file that is never read
    const { position: at, log, machine } = snapshot;
    this.#known.set(name, {
      name,
      position: at,
      bytes: bytes.length,
      identity: { position: at, log, machine },
    });
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
      await this.#drop(
        (await this.#files()).filter(({ identity }) => !isKept(identity)).map(({ name }) => name),
      );
  }

  override async auditedBuild(): Promise<string | undefined> {
    try {
      return (await readFile(join(this.folder, AUDITED_BUILD), 'utf8')).trim();
    } catch {
      return undefined; // it is audited again
    }
  }

  override async noteAudited(build: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, AUDITED_BUILD), `${build}\n`);
  }

  async #read(name: string): Promise<Snapshot | UnreadableSnapshot> {
    const path = join(this.folder, name);
    try {
      return fromBytes(await readFile(path));
    } catch (error) {
      const unreadable = { name: path, reason: reasonOf(error, path) };
      const known = this.#known.get(name);
      if (known !== undefined) this.#known.set(name, { ...known, identity: unreadable });
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
   * Applies the retention to the snapshots of the same log and machine as the newest, and drops all others, which no fold would
   * begin from: damaged ones, those of another log or machine, and those after the newest.
   */
  async #dropBeside(newest: SnapshotIdentity): Promise<void> {
    const files = await this.#files();
    const source = sourceOf(newest);
    const isRetained = ({ position: at, identity }: SnapshotFile): boolean =>
      !isUnreadable(identity) && sourceOf(identity) === source && at <= newest.position;
    const dropped = [
      ...files.filter((file) => !isRetained(file)),
      ...snapshotsToDrop(files.filter(isRetained), this.limits),
    ];
    await this.#drop(dropped.map(({ name }) => name));
  }

  /** One after the other, because appends use the same disk. */
  async #drop(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await rm(join(this.folder, name), { force: true });
      this.#known.delete(name);
    }
  }

  /** All files. Only the headers of files not seen before are read. */
  async #files(): Promise<readonly SnapshotFile[]> {
    const names = await this.#names();
    const unknown = names.filter((name) => !this.#known.has(name));
    for (const file of await Promise.all(unknown.map((name) => readHeaderOf(this.folder, name))))
      this.#known.set(file.name, file);
    return names.flatMap((name) => this.#known.get(name) ?? []);
  }

  /** Left by a process that crashed while it saved. */
  async #removeUnfinished(): Promise<void> {
    if (this.#hasRemovedUnfinished) return;
    const names = await readdir(this.folder);
    await Promise.all(
      names
        .filter((name) => name.endsWith(UNFINISHED))
        .map((name) => rm(join(this.folder, name), { force: true })),
    );
    this.#hasRemovedUnfinished = true;
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

/** Padded, so that names sort as positions do. */
function fileName(at: Position): string {
  return `${String(at).padStart(16, '0')}${SUFFIX}`;
}

const positionIn = (name: string): number => Number(name.slice(0, -SUFFIX.length));

/** Without the skips, which concern only the positions after them. */
const sourceOf = ({ log, machine }: SnapshotIdentity): string => `${log} ${machineIn(machine)}`;

/** Reads no state: there may be hundreds of large files. */
async function readHeaderOf(folder: string, name: string): Promise<SnapshotFile> {
  const path = join(folder, name);
  const file = await open(path, 'r').catch((error: unknown) => reasonOf(error, path));
  if (typeof file === 'string')
    return { name, position: positionIn(name), bytes: 0, identity: { name: path, reason: file } };
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return {
      name,
      position: positionIn(name),
      bytes: size,
      identity: identityIn(path, buffer.subarray(0, bytesRead)),
    };
  } finally {
    await file.close();
  }
}

function identityIn(path: string, bytes: Buffer): SnapshotIdentity | UnreadableSnapshot {
  try {
    const { position: at, log, machine } = headerIn(bytes);
    return { position: position(at), log, machine };
  } catch (error) {
    return { name: path, reason: reasonOf(error, path) };
  }
}

const reasonOf = (error: unknown, path: string): string =>
  fileErrorText(error, path) ?? (error as Error).message;
