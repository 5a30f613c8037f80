/** `leftfold backup`: a consistent copy of the log, also while it is written. */
import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { logFolder } from '../../apps/open-store.js';
import { fsyncFolder } from '../../runtime/stores/fsync.js';
import { copyLog } from '../../runtime/stores/lmdb/copy.js';
import { LmdbReader } from '../../runtime/stores/lmdb/lmdb.reader.js';
import { examples } from '../arguments.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { counted } from '../number-format.js';
import { logConfig, withLogOptions, type LogOptions } from '../opening.js';
import { Progress } from '../progress.js';
import { print, say, type Terminal } from '../terminal.js';
import { hashLine, walk, type Walked } from '../walk.js';

/** What the copy is called until it is known to be whole; with a dot in it, lmdb would take it for a file. */
const PART = 'log-part';

const MEBIBYTE = 1024 * 1024;

export function addBackup(program: Command, terminal: Terminal): void {
  withLogOptions(program.command('backup'))
    .summary('copy the log, also while a server writes it')
    .description(
      'Copies the log as it stands at one moment, checks every commit of the copy, and only then gives it its name. ' +
        'The folder can be used as --data or LEFTFOLD_DATA: what is not in it, the snapshots, is folded again. ' +
        'Prints the position and the hash of the last commit that the copy has.',
    )
    .argument('<folder>', 'where the copy goes: a folder that is empty, or does not exist')
    .addHelpText(
      'after',
      examples(
        'leftfold backup /backups/monday',
        'leftfold verify --data /backups/monday',
        'LEFTFOLD_DATA=/backups/monday npm start',
      ),
    )
    .action((folder: string, options: LogOptions) => backup(resolve(folder), options, terminal));
}

async function backup(folder: string, options: LogOptions, terminal: Terminal): Promise<void> {
  const config = logConfig(options, terminal);
  if (config.store !== 'lmdb')
    throw new CommandFailed(
      'only a log in LMDB can be copied so; use leftfold export for any other, or pg_dump for PostgreSQL',
      EXIT.usage,
    );
  const made = prepare(folder);
  const part = join(folder, PART);
  try {
    await copy(logFolder(config), part, options, terminal);
    terminal.interrupted.throwIfAborted();
    const walked = await check(part, options, terminal);
    renameSync(part, join(folder, 'log'));
    await fsyncFolder(folder);
    await fsyncFolder(dirname(folder));
    await print(terminal, hashLine(walked));
    if (options.quiet !== true)
      say(terminal, `copied ${counted(walked.position, 'event')}; all of them fit, and are in ${folder}`);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (made && readdirSync(folder).length === 0) rmdirSync(folder);
    throw error;
  }
}

/**
 * @returns whether the folder was made for this
 * @throws CommandFailed when there is something in it, other than the rest of a backup that was interrupted
 */
function prepare(folder: string): boolean {
  const made = mkdirSync(folder, { recursive: true }) !== undefined;
  if (readdirSync(folder).some((name) => name !== PART))
    throw new CommandFailed(`${folder} is not empty; name a folder that is, or that does not exist`);
  rmSync(join(folder, PART), { recursive: true, force: true });
  return made;
}

async function copy(from: string, to: string, { quiet }: LogOptions, terminal: Terminal): Promise<void> {
  const progress = new Progress(terminal, 'copy', 'MiB', quiet);
  // LMDB copies on a thread of its own, and does not tell how far it is.
  const watch = setInterval(() => {
    const [done, all] = [sizeOf(to), sizeOf(from)];
    progress.to({ share: Math.min(done / all, 1), done: done / MEBIBYTE });
  }, 100);
  try {
    await copyLog(from, to);
  } finally {
    clearInterval(watch);
    progress.end();
  }
}

const sizeOf = (folder: string): number =>
  statSync(join(folder, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0;

/** A copy that does not fit is none; whoever has an older one keeps it. */
async function check(folder: string, { quiet }: LogOptions, terminal: Terminal): Promise<Walked> {
  const reader = LmdbReader.open(folder);
  const progress = new Progress(terminal, 'verify', 'events', quiet);
  try {
    return await walk(reader, progress, terminal.interrupted);
  } finally {
    progress.end();
    await reader.close();
  }
}
