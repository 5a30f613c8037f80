/** Changes the state in a snapshot's file, with all its checksums made anew: as a defect would, and not as a disk does. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { digestText, type RollingDigest } from '../../src/runtime/projection/rolling-digest.js';

interface Header {
  readonly format: number;
  readonly position: number;
  readonly log: string;
  readonly machine: string;
  readonly digest: RollingDigest;
}

/** The snapshots of a projection, oldest first. */
export function snapshotFiles(
  data: string,
  projection: string,
  ...within: readonly string[]
): readonly string[] {
  const folder = join(data, 'projections', projection, ...within);
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.snapshot'));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** @returns the position of the snapshot */
export function tamper(path: string, change: (state: { context: Record<string, unknown> }) => void): number {
  const bytes = readFileSync(path);
  const end = bytes.indexOf('\n');
  const { format, position, log, machine, digest } = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  const state = deserialize(bytes.subarray(end + 1)) as { context: Record<string, unknown> };
  change(state);
  const body = serialize(state);
  const sha256 = createHash('sha256')
    .update(`${format} ${position} ${log} ${machine} ${digestText(digest)}\n`)
    .update(body)
    .digest('hex');
  const header = JSON.stringify({ format, position, log, machine, digest, sha256 });
  writeFileSync(path, Buffer.concat([Buffer.from(`${header}\n`), body]));
  return position;
}
