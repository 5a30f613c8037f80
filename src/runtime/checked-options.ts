/** Checks the options of `LeftfoldModule` before anything is opened, so that what cannot work stops the start in one line. */
import { z } from 'zod';
import { EventStore } from './event-log/event-store.js';
import { hostFault, originFault } from './http/kernel/origin-policy.js';
import { InvalidSetting } from './invalid-setting.js';
import type { EntityOptions, HttpParts, LeftfoldOptions } from './leftfold-options.js';
import { MemoryStore } from './stores/memory.store.js';

const whole = (min: number, max: number): z.ZodType<number> =>
  z
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

/** Most of them become a timer, and Node's timers take at most some 24 days. */
const numbers = z.object({
  auditMinutes: whole(0, 20_160).optional(),
  every: whole(1, 1_000_000_000).optional(),
  seconds: whole(1, 86_400).optional(),
  spacing: whole(1, 1_000_000_000).optional(),
  bytes: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  heapMegabytes: whole(16, 1_000_000).optional(),
  timeoutMs: whole(1, 86_400_000).optional(),
});

const admit = z
  .custom((value) => typeof value === 'function', 'must be a function of the request')
  .optional();

const push = z.strictObject(
  {
    connections: whole(1, 1_000_000).optional(),
    subscriptions: whole(1, 10_000).optional(),
    pingSeconds: whole(1, 3_600).optional(),
    admit,
  },
  'must be true, false or an object of connections, subscriptions, pingSeconds and admit',
);

const inspect = z.strictObject(
  { connections: whole(1, 1_000).optional(), admit },
  'must be true, false or an object of connections and admit',
);

const consoleOptions = z.strictObject(
  {
    environment: z
      .string('must be a text')
      .min(1, 'must have at least one character')
      .max(40, 'must have at most 40 characters')
      .optional(),
  },
  'must be true, false or an object of environment',
);

/** @throws InvalidSetting */
export function checkedOptions(options: LeftfoldOptions | undefined): LeftfoldOptions {
  if (typeof options !== 'object')
    throw new InvalidSetting('options', 'are missing: at least a store is needed');
  const { store, snapshots = {}, workers, entities } = options;
  requireStore(store);
  requireEntities(entities);
  const { auditMinutes, build, readModels } = options;
  const database: unknown = readModels?.database;
  if (database !== undefined && !(typeof database === 'string' && isPostgres(database)))
    throw new InvalidSetting(
      'readModels.database',
      'must be the URL of a database in PostgreSQL, as in postgres://user@localhost/reports',
    );
  if (build !== undefined && (typeof build !== 'string' || !/^[^\s]{1,200}$/.test(build)))
    throw new InvalidSetting(
      'build',
      'must be a text without spaces of at most 200 characters, such as a commit id',
    );
  const { heapMegabytes, timeoutMs } = workers ?? {};
  const parsed = numbers.safeParse({ ...snapshots, auditMinutes, heapMegabytes, timeoutMs });
  const issue = parsed.error?.issues[0];
  if (issue !== undefined) throw new InvalidSetting(issue.path.join('.'), issue.message);
  const { folder, storeOf } = snapshots;
  if (folder !== undefined && storeOf !== undefined)
    throw new InvalidSetting('snapshots', 'has either a folder or storeOf');
  // No worker could open such a store again: there is none, whatever is set.
  if (workers === undefined || isInMemory(store)) return options;
  if (storeOf !== undefined)
    throw new InvalidSetting('workers', 'need snapshots.folder: a worker cannot open what storeOf gives');
  if (folder === undefined || typeof (workers.store ?? store) !== 'string')
    throw new InvalidSetting(
      'workers',
      'need the URL of a store and a folder of snapshots: a worker opens both again',
    );
  return options;
}

/** What a driver or the application gives. @throws InvalidSetting unless it is a store */
export function requireStore(store: unknown): asserts store is EventStore | string {
  if (store instanceof EventStore || (typeof store === 'string' && store !== '')) return;
  throw new InvalidSetting(
    'store',
    'must be the URL of a store, as in memory: or lmdb:./data/log, or an open EventStore',
  );
}

function requireEntities(entities: EntityOptions | undefined): void {
  const { postgres = false, prefix } = entities ?? {};
  if (postgres !== false && !isPostgres(postgres))
    throw new InvalidSetting(
      'entities.postgres',
      'must be the URL of a database, as in postgres://user:password@localhost:5432/database',
    );
  if (prefix !== undefined && !/^[a-z_][a-z0-9_]{0,30}$/.test(prefix))
    throw new InvalidSetting(
      'entities.prefix',
      'must have up to 31 of a-z, 0-9 and _, and begin with no digit',
    );
}

/** Whether it is the URL of a PostgreSQL database. */
export function isPostgres(store: unknown): store is string {
  return typeof store === 'string' && /^postgres(?:ql)?:\/\//i.test(store) && URL.canParse(store);
}

export function isInMemory(store: EventStore | string): boolean {
  return typeof store === 'string' ? /^memory:/i.test(store) : store instanceof MemoryStore;
}

const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/;

/**
 * The parts, with the prefix as routes and links have it: without slashes at its ends.
 *
 * @throws InvalidSetting when a link under the prefix could differ from its route
 */
export function checkedParts({ prefix, ...parts }: HttpParts): HttpParts {
  for (const host of parts.hosts ?? []) requireNone('http.hosts', hostFault(host));
  for (const origin of parts.origins ?? []) requireNone('http.origins', originFault(origin));
  requirePart('http.push', push, parts.push);
  requirePart('http.inspect', inspect, parts.inspect);
  requirePart('http.console', consoleOptions, parts.console);
  requireModel(parts.model);
  const path = prefix?.replace(/^\/+|\/+$/g, '') ?? '';
  if (path === '') return parts;
  if (!path.split('/').every((segment) => SEGMENT.test(segment)))
    throw new InvalidSetting(
      'http.prefix',
      `${JSON.stringify(prefix)} must be segments of letters, digits and .-_~, as in internal/log`,
    );
  return { ...parts, prefix: path };
}

function requirePart(option: string, schema: z.ZodType, given: unknown): void {
  if (given === undefined || typeof given === 'boolean') return;
  const issue = schema.safeParse(given).error?.issues[0];
  if (issue !== undefined) throw new InvalidSetting([option, ...issue.path].join('.'), issue.message);
}

function requireModel(given: unknown): void {
  if (given === undefined || typeof given === 'boolean') return;
  const { contexts } = given as { readonly contexts?: unknown };
  if (!Array.isArray(contexts))
    throw new InvalidSetting('http.model', 'must be true, false or an object with the list contexts');
}

function requireNone(option: string, fault: string | undefined): void {
  if (fault !== undefined) throw new InvalidSetting(option, fault);
}
