/** A file that is written under another name until it is whole, and that can be gone on with after an interruption. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, rename, type FileHandle } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fsyncFolder } from '../../runtime/stores/fsync.js';
import { START, type Position } from '../../runtime/event-log/event.js';
import { CommandFailed } from '../exit-codes.js';
import type { Format } from '../formats/event-line.js';
import { lastWholeCommit } from './last-whole-commit.js';
import type { Output } from './output.js';

/** What of an export decides on every byte of it; parts of two exports that differ in it have different names. */
export interface ExportKey {
  /** The log's identity. */
  readonly log: string;
  readonly format: string;
  readonly query: unknown;
  readonly after: Position;
  readonly through: Position | undefined;
}

export class PartFile implements Output {
  private constructor(
    private readonly handle: FileHandle,
    private readonly part: string,
    private readonly whole: string,
    /** The position of the last event that stands in it already; undefined when nothing does. */
    readonly reached: Position | undefined,
  ) {}

  /** @throws CommandFailed when the file, or a part of it, is there already */
  static async begin(file: string, key: ExportKey): Promise<PartFile> {
    const whole = resolve(file);
    requireAbsent(whole, file);
    const [part, found] = await partsOf(whole, key);
    if (found.includes(part)) {
      const how = 'go on with it by --resume, or remove it';
      throw new CommandFailed(`${basename(part)} is there, from an export that was interrupted; ${how}`);
    }
    return new PartFile(await open(part, 'wx'), part, whole, undefined);
  }

  /**
   * Goes on after the last commit that is known to be whole; what follows it in the part is cut off.
   *
   * @throws CommandFailed when there is no part of an export with this key
   */
  static async resume(file: string, key: ExportKey, format: Format): Promise<PartFile> {
    const whole = resolve(file);
    requireAbsent(whole, file);
    const [part, found] = await partsOf(whole, key);
    if (!found.includes(part)) {
      const [other] = found;
      throw new CommandFailed(
        other === undefined
          ? `there is no part of ${file} to go on with; export without --resume`
          : `${basename(other)} was begun with other options or from another log; repeat those, or remove it`,
      );
    }
    const handle = await open(part, 'a+');
    try {
      const { end, position } = await lastWholeCommit(handle, format);
      await handle.truncate(end);
      return new PartFile(handle, part, whole, position === START ? undefined : position);
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
    await rename(this.part, this.whole);
    await fsyncFolder(dirname(this.whole));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

function requireAbsent(whole: string, file: string): void {
  if (existsSync(whole))
    throw new CommandFailed(`${file} is there already; choose another name, or remove it`);
}

/** The name that a part of this export has, and all parts of exports into this file that are there. */
async function partsOf(
  whole: string,
  key: ExportKey,
): Promise<readonly [part: string, found: readonly string[]]> {
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 8);
  const found = (await readdir(dirname(whole)))
    .filter((name) => name.startsWith(`${basename(whole)}.`) && /\.[0-9a-f]{8}\.part$/.test(name))
    .map((name) => resolve(dirname(whole), name));
  return [`${whole}.${digest}.part`, found];
}
