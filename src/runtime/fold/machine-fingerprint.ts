/** Identifies a machine, so that a state folded by one machine is never used by another. */
import { createHash } from 'node:crypto';
import type { ContractRegistry } from '../event-log/contracts/contract-registry.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { Machine } from './fold.js';

/**
 * A digest of the machine's definition, of the source of its guards and actions, and of the revisions that it consumes.
 *
 * Does not cover functions that guards and actions call: after a change of one of them that changes the state, delete the
 * projection's snapshots.
 */
export function fingerprintOf(machine: Machine, consumes: readonly AnyContract[]): string {
  const { config, implementations } = machine;
  const revisions = consumes.map(({ type, revision }) => `${type}/${revision}`).sort();
  const parts = [config, implementations.actions, implementations.guards, revisions];
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
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  if (above.has(value)) return 'above';
  const within = new Set([...above, value]);
  if (Array.isArray(value)) return value.map((item) => describe(item, within));
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => [name, describe(member, within)]);
  return typeof value === 'function' ? [String(value), members] : members;
}
