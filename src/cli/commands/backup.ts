/** `leftfold backup`: makes a consistent copy of the log, even while a server writes it. */
import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { logFolder } from '../../apps/open-store.js';
import { fsyncFolder } from '../../runtime/stores/fsync.js';
import { helpExamples } from '../arguments.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { formatCount } from '../number-format.js';
import { isRemote } from '../../apps/settings.js';
import {
  logConfig,
  openLogForReading,
  withLogOptions,
  type LogConfig,
  type LogOptions,
} from '../log-options.js';
import { Progress } from '../progress.js';
import { printResult, printMessage, type Terminal } from '../terminal.js';
import { formatLogHead, requireHash, verifyLog, type VerifiedLog } from '../log-verification.js';

/** The folder of the copy until it is verified. Without a dot, because lmdb takes a path with one for a file. */
const PARTIAL_NAME = 'log-part';

const MEBIBYTE_BYTES = 1024 * 1024;

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
      helpExamples(
        'leftfold backup /backups/monday',
        'leftfold verify --data /backups/monday',
        'LEFTFOLD_DATA=/backups/monday npm start',
      ),
    )
    .action((folder: string, options: LogOptions) => backup(resolve(folder), options, terminal));
}

async function backup(folder: string, options: LogOptions, terminal: Terminal): Promise<void> {
  const config = logConfig(options, terminal);
  if (config.store !== 'lmdb' && !isRemote(config.store))
    throw new CommandFailed(
      'only a log in LMDB can be copied so; use leftfold export for any other, or pg_dump for PostgreSQL',
      EXIT.usage,
    );
  const isNew = prepareFolder(folder);
  const partial = join(folder, PARTIAL_NAME);
  try {
    const hash = await (config.store === 'lmdb'
      ? copyWithProgress(logFolder(config), partial, options, terminal)
      : copyFromServer(config, partial, options, terminal));
    terminal.interrupted.throwIfAborted();
    const verified = await verifyCopy(partial, options, terminal);
    requireHash(verified, hash);
    renameSync(partial, join(folder, 'log'));
    await fsyncFolder(folder);
    await fsyncFolder(dirname(folder));
    await printResult(terminal, formatLogHead(verified));
    if (options.quiet !== true)
      printMessage(
        terminal,
        `copied ${formatCount(verified.position, 'event')}; all of them fit, and are in ${folder}`,
      );
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (isNew && readdirSync(folder).length === 0) rmdirSync(folder);
    throw error;
  }
}

/**
 * @returns whether the folder was created
 * @throws CommandFailed when it contains anything but the remains of an interrupted backup
 */
function prepareFolder(folder: string): boolean {
  const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
  if (readdirSync(folder).some((name) => name !== PARTIAL_NAME))
    throw new CommandFailed(`${folder} is not empty; name a folder that is, or that does not exist`);
  rmSync(join(folder, PARTIAL_NAME), { recursive: true, force: true });
  return isNew;
}

async function copyWithProgress(
  from: string,
  to: string,
  { quiet }: LogOptions,
  terminal: Terminal,
): Promise<undefined> {
  // Loaded on demand, because it loads LMDB, which other commands do not need.
  const { copyLog } = await import('../../runtime/stores/lmdb/copy-log.js');
  const progress = new Progress(terminal, 'copy', 'MiB', quiet);
  // LMDB copies on its own thread and reports no progress.
  const timer = setInterval(() => {
    const [done, total] = [sizeOf(to), sizeOf(from)];
    progress.update({ fraction: Math.min(done / total, 1), done: done / MEBIBYTE_BYTES });
  }, 100);
  try {
    await copyLog(from, to);
  } finally {
    clearInterval(timer);
    progress.end();
  }
}

/**
 * Records the commits of the log server in a new log, which has the same positions and hashes and another identity.
 *
 * @returns the hash of the last commit, in hexadecimal
 */
async function copyFromServer(
  config: LogConfig,
  to: string,
  { quiet }: LogOptions,
  terminal: Terminal,
): Promise<string | undefined> {
  const { LmdbStore } = await import('../../runtime/stores/lmdb/lmdb.store.js');
  const from = await openLogForReading(config);
  const progress = new Progress(terminal, 'copy', 'events', quiet);
  let hash: string | undefined;
  try {
    const copy = LmdbStore.open(to);
    try {
      const head = await from.head();
      for await (const page of from.commits({ through: head })) {
        terminal.interrupted.throwIfAborted();
        await Promise.all(
          page.map(({ id, time, metadata, fingerprint, events }) =>
            copy.append({
              id,
              time,
              isImported: true,
              metadata,
              events,
              ...(fingerprint !== undefined && { fingerprint }),
            }),
          ),
        );
        const newest = page.at(-1);
        hash = newest?.hash ?? hash;
        if (newest !== undefined) progress.update({ fraction: newest.last / head, done: newest.last });
      }
    } finally {
      await copy.close();
    }
  } finally {
    progress.end();
    await from.close();
  }
  return hash;
}

const sizeOf = (folder: string): number =>
  statSync(join(folder, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0;

/** @throws LogDamaged or CommandFailed when the copy does not verify; it then never gets its final name */
async function verifyCopy(folder: string, { quiet }: LogOptions, terminal: Terminal): Promise<VerifiedLog> {
  const { LmdbReader } = await import('../../runtime/stores/lmdb/lmdb.reader.js');
  const reader = LmdbReader.open(folder);
  const progress = new Progress(terminal, 'verify', 'events', quiet);
  try {
    return await verifyLog(reader, progress, terminal.interrupted);
  } finally {
    progress.end();
    await reader.close();
  }
}
