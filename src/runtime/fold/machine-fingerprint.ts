/** Identifies a machine, so that a state folded by one machine is never used by another. */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { ContractRegistry } from '../event-log/contracts/contract-registry.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { Machine } from './fold.js';

// Not `instanceof`, which fails for objects of another realm, such as a test's.
const { isDate, isMap, isRegExp, isSet } = types;

/** Not written into the fingerprint: fingerprints from before there were versions go on being valid. */
export const FIRST_VERSION = 1;

/**
 * A digest of the machine's definition, of the source of its guards and actions, of the revisions that it consumes, and of the
 * version that its author gave it.
 *
 * Does not cover what guards and actions refer to: functions that they call, constants of their module, arguments of the
 * factory that made them. After a change of one of these that changes the state, give the projection the next version.
 */
export function fingerprintOf(
  machine: Machine,
  consumes: readonly AnyContract[],
  version = FIRST_VERSION,
): string {
  const { config, implementations } = machine;
  const revisions = consumes.map(({ type, revision }) => `${type}/${revision}`).sort();
  const parts: unknown[] = [config, implementations.actions, implementations.guards, revisions];
  if (version !== FIRST_VERSION) parts.push({ version });
  return createHash('sha256')
    .update(JSON.stringify(describe(parts, new Set())))
    .digest('base64url');
}

/** The same, and the upcasters of this registry that lead to the consumed types, which may be another context's. */
export function fingerprintIn(
  contracts: ContractRegistry,
  { fingerprint, consumes }: { readonly fingerprint: string; readonly consumes: readonly AnyContract[] },
): string {
  const lineage = contracts.lineageOf(consumes.map((contract) => contract.type));
  return lineage === '' ? fingerprint : `${fingerprint}/${lineage}`;
}

/** The value as JSON: functions as their source and their members, members sorted by name. */
function describe(value: unknown, above: ReadonlySet<unknown>): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  // As JSON all three are null.
  if (typeof value === 'number' && !Number.isFinite(value)) return ['number', String(value)];
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  if (above.has(value)) return 'above';
  const within = new Set([...above, value]);
  if (Array.isArray(value)) return value.map((item) => describe(item, within));
  if (isRegExp(value)) return ['RegExp', String(value)];
  if (isDate(value)) return ['Date', value.getTime()];
  if (isMap(value)) return ['Map', [...value].map((entry) => describe(entry, within))];
  if (isSet(value)) return ['Set', [...value].map((member) => describe(member, within))];
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => [name, describe(member, within)]);
  return typeof value === 'function' ? [String(value), members] : members;
}
