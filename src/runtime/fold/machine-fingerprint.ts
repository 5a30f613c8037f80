/** Tells one machine from another, so that a state that one has folded is never taken for the other's. */
import { createHash } from 'node:crypto';
import type { ContractRegistry } from '../event-log/contracts/contract-registry.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { writtenIn, type Machine } from './fold.js';

/**
 * A digest of the machine's definition, of the source of its guards and actions, and of the revisions that it consumes.
 *
 * It does not see into functions that those call: whoever changes one of them in a way that changes the state
 * deletes the projection's snapshots.
 */
export function fingerprintOf(machine: Machine, consumes: readonly AnyContract[]): string {
  const revisions = consumes.map(({ type, revision }) => `${type}/${revision}`).sort();
  return createHash('sha256')
    .update(JSON.stringify(describe([...writtenIn(machine), revisions], new Set())))
    .digest('base64url');
}

/**
 * The same, and the upcasters that recorded events go through here before they are folded: what another context's
 * events are made into, a projection that consumes the result cannot know by itself.
 */
export function fingerprintIn(
  contracts: ContractRegistry,
  { fingerprint, consumes }: { readonly fingerprint: string; readonly consumes: readonly AnyContract[] },
): string {
  const lineage = contracts.lineageOf(consumes.map((contract) => contract.type));
  return lineage === '' ? fingerprint : `${fingerprint}/${lineage}`;
}

/** The value as JSON, functions by their source and whatever hangs on them, names in order. */
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
