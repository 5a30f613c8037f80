/** What a process has in memory, and a folder on the disk. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** In MiB: its own memory, all that is resident, and the most that ever was. Linux only. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
  return { own: mebibytes('RssAnon'), resident: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

/** Bytes of its files, also in folders within. */
export function bytesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, { parentPath, path, name }) => bytes + sizeOf(join(parentPath ?? path, name)), 0);
}

/** None once it is gone, as the files beside a database are. */
const sizeOf = (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
