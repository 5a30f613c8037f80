/** Flushes files and folders to the disk, so that what was written, and the names, survive power loss. */
import { open } from 'node:fs/promises';

export async function fsyncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new or changed name survives only once its folder is flushed too. */
export async function fsyncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there, and need not be
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
