/** Folds of entity projections on the command line: an audit, a rehearsal, and the past of one entity. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityPlace } from '../runtime/projection/entities/entity-place.js';
import { entityDatabasesOf } from '../runtime/entity-databases.js';
import type { EntityDatabases } from '../runtime/projection/entities/entity-database.js';
import type { BesideOptions } from '../runtime/projection/entities/entity-beside.js';
import type { EntityProjectionDefinition } from '../runtime/projection/entities/define-entity-projection.js';
import {
  auditKept,
  rehearseKept,
  type EntityRehearsal,
  type KeptAudit,
  type KeptDependencies,
} from '../runtime/projection/entities/kept-entities.js';
import { SqliteDatabases } from '../runtime/projection/entities/sqlite/sqlite-databases.js';
import type { JobControl } from '../runtime/projection/operations/run-job.js';
import { snapshotFolder } from '../runtime/projection/snapshots/file-snapshot-store.js';
import type { LogConfig } from './log-options.js';
import type { OpenProjections } from './open-projections.js';
import type { Terminal } from './terminal.js';

export interface EntityFold {
  readonly config: LogConfig;
  readonly projections: Pick<OpenProjections, 'log'>;
  readonly definition: EntityProjectionDefinition;
  readonly control: JobControl;
  readonly terminal: Pick<Terminal, 'interrupted'>;
}

/** Folds in a folder for temporary files, so that it changes nothing in the data folder. */
export function auditOnce(fold: EntityFold): Promise<KeptAudit> {
  return withinTemporaryFolder((folder) =>
    withDependencies(fold, folder, (dependencies) => auditKept(dependencies, optionsOf(fold))),
  );
}

/** As `rehearse --check`: what it has folded is removed. */
export function checkOnce(fold: EntityFold): Promise<RehearsalSummary> {
  return withinTemporaryFolder((folder) =>
    withDependencies(fold, folder, async (dependencies) => {
      const rehearsal = await rehearseKept(dependencies, optionsOf(fold));
      await rehearsal.beside.discard();
      return summaryOf(rehearsal);
    }),
  );
}

/** What it has folded is kept for the servers that run this code. */
export async function rehearseAndKeep(fold: EntityFold): Promise<RehearsalSummary> {
  const own = snapshotFolder(fold.config.data, fold.definition.name);
  const rehearsed = join(own, 'rehearsed');
  await removeAbandoned(rehearsed);
  // Of this process alone, as two may rehearse at a time.
  const folder = join(rehearsed, String(process.pid));
  await mkdir(folder, { recursive: true });
  try {
    return await withDependencies(fold, folder, async (dependencies) => {
      const rehearsal = await rehearseKept(dependencies, optionsOf(fold));
      const { database } = rehearsal.beside.folding;
      await database.serve();
      await database.close();
      await SqliteDatabases.rehearsed(own).takeOver(folder, database.name);
      return summaryOf(rehearsal);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type RehearsalSummary = Omit<EntityRehearsal, 'beside'> & { readonly position: number };

const summaryOf = ({ beside, ...rehearsal }: EntityRehearsal): RehearsalSummary => ({
  ...rehearsal,
  position: beside.checkpoint.position,
});

/** Does the work, and closes the connections that it has used. */
async function withDependencies<Result>(
  { config, projections, definition }: EntityFold,
  folder: string,
  work: (dependencies: KeptDependencies) => Promise<Result>,
): Promise<Result> {
  const kept = keptOf(config, definition);
  try {
    const place = new EntityPlace(new SqliteDatabases(folder));
    return await work({
      definition,
      log: projections.log,
      kept,
      place,
      isOneKind: config.entities === 'data',
    });
  } finally {
    await kept.close();
  }
}

function keptOf(
  { store, data, entities, entitiesPrefix: prefix }: LogConfig,
  { name }: EntityProjectionDefinition,
): EntityDatabases {
  const postgres = entities === 'data' ? false : entities;
  return entityDatabasesOf(store, data, { postgres, ...(prefix !== undefined && { prefix }) })(name);
}

function optionsOf({ control, terminal }: EntityFold): BesideOptions {
  return { afterWrite: control.afterSlice, signal: terminal.interrupted };
}

async function withinTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'leftfold-entities-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What rehearsals have left that were killed: folders named by processes that are gone. */
async function removeAbandoned(rehearsed: string): Promise<void> {
  const names = await readdir(rehearsed).catch(() => []);
  for (const name of names)
    if (/^\d+$/.test(name) && !isRunning(Number(name)))
      await rm(join(rehearsed, name), { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
