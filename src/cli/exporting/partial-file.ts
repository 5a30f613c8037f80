/** A file that has a temporary name until it is complete, and that can be resumed after an interruption. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, rename, type FileHandle } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fsyncFolder } from '../../runtime/stores/fsync.js';
import { START, type Position } from '../../runtime/event-log/event.js';
import { CommandFailed } from '../exit-codes.js';
import type { EventFormat } from '../formats/event-line.js';
import { findResumePoint } from './resume-point.js';
import type { ExportOutput } from './write-commits.js';

/** Everything that determines the bytes of an export. Exports that differ in it use different temporary names. */
export interface ExportKey {
  /** The log's identity. */
  readonly log: string;
  readonly format: string;
  readonly query: unknown;
  readonly after: Position;
  readonly through: Position | undefined;
}

export class PartialFile implements ExportOutput {
  private constructor(
    private readonly handle: FileHandle,
    private readonly partialPath: string,
    private readonly finalPath: string,
    /** The position of the last event in a resumed file; undefined when it is empty. */
    readonly position: Position | undefined,
  ) {}

  /** @throws CommandFailed when the file or a partial one exists already */
  static async begin(file: string, key: ExportKey): Promise<PartialFile> {
    const finalPath = resolve(file);
    requireAbsent(finalPath, file);
    const [partialPath, found] = await findPartialFiles(finalPath, key);
    if (found.includes(partialPath)) {
      const how = 'go on with it by --resume, or remove it';
      throw new CommandFailed(
        `${basename(partialPath)} is there, from an export that was interrupted; ${how}`,
      );
    }
    return new PartialFile(await open(partialPath, 'wx'), partialPath, finalPath, undefined);
  }

  /**
   * Continues after the last commit that is known to be complete; truncates what follows it.
   *
   * @throws CommandFailed when there is no partial file of an export with this key
   */
  static async resume(file: string, key: ExportKey, format: EventFormat): Promise<PartialFile> {
    const finalPath = resolve(file);
    requireAbsent(finalPath, file);
    const [partialPath, found] = await findPartialFiles(finalPath, key);
    if (!found.includes(partialPath)) {
      const [other] = found;
      throw new CommandFailed(
        other === undefined
          ? `there is no part of ${file} to go on with; export without --resume`
          : `${basename(other)} was begun with other options or from another log; repeat those, or remove it`,
      );
    }
    const handle = await open(partialPath, 'a+');
    try {
      const { offset, position } = await findResumePoint(handle, format);
      await handle.truncate(offset);
      return new PartialFile(handle, partialPath, finalPath, position === START ? undefined : position);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async write(text: string): Promise<void> {
    await this.handle.appendFile(text);
  }

  async finish(): Promise<void> {
    await this.handle.sync();
    await this.handle.close();
    await rename(this.partialPath, this.finalPath);
    await fsyncFolder(dirname(this.finalPath));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

function requireAbsent(finalPath: string, file: string): void {
  if (existsSync(finalPath))
    throw new CommandFailed(`${file} is there already; choose another name, or remove it`);
}

/** @returns the temporary path of this export, and the partial files that exist of any export to this path */
async function findPartialFiles(
  finalPath: string,
  key: ExportKey,
): Promise<readonly [partialPath: string, found: readonly string[]]> {
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 8);
  const found = (await readdir(dirname(finalPath)))
    .filter((name) => name.startsWith(`${basename(finalPath)}.`) && /\.[0-9a-f]{8}\.part$/.test(name))
    .map((name) => resolve(dirname(finalPath), name));
  return [`${finalPath}.${digest}.part`, found];
}
