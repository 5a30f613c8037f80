/** Changes the state in a snapshot's file, and recomputes all checksums: as a defect of the program would, not of the disk. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBytes, toBytes } from '../../src/runtime/projection/snapshots/snapshot-file.js';

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
  const snapshot = fromBytes(readFileSync(path));
  change(snapshot.state as { context: Record<string, unknown> });
  writeFileSync(path, toBytes(snapshot));
  return snapshot.position;
}
