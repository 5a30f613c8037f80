/** What a process takes of memory, processor and disk, and a folder on the disk. Linux only. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Of one of /proc/<pid>/stat, in seconds. */
const TICK_SECONDS = 0.01;

/** In MiB: its own memory, all that is resident, and the most that ever was. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
  return { own: mebibytes('RssAnon'), resident: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

/** Seconds that a processor has worked for it: of a busy machine that says more than the time that passes. */
export function processorSecondsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14);
  return (Number(user) + Number(system)) * TICK_SECONDS;
}

/** Bytes that it has had written to the disk. */
export function bytesWrittenBy(pid) {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Bytes of the files of a folder, also in folders within. */
export function bytesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((bytes, entry) => {
    const path = join(folder, entry.name);
    return bytes + (entry.isDirectory() ? bytesOf(path) : sizeOf(path));
  }, 0);
}

/** None once it is gone, as the files beside a database are. */
const sizeOf = (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
