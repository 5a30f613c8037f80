/** Opens a log that may be believed: what there is reason to doubt is looked through, before and after LMDB maps the file. */
import { lastPosition, openFiles, type LmdbFiles } from './lmdb-files.js';
import { requireEveryCommit } from './lmdb-read.js';
import { requireUndamaged } from './open-check.js';

/**
 * @throws FileDamaged, LogDamaged when what stands there cannot be what was written
 * @throws Error when there is no log to read, it is of another format, or the folder cannot be used
 */
export function openLog(folder: string, options: { readonly readOnly: boolean }): LmdbFiles {
  const remaining = requireUndamaged(folder);
  const files = openFiles(folder, options);
  if (remaining === 'nothing') return files;
  try {
    requireEveryCommit(files, lastPosition(files));
  } catch (error) {
    void files.root.close();
    throw error;
  }
  return files;
}
