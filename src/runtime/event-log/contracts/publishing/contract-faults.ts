/** Compares the contracts with their published revisions, and tests that every consumer can fold every example. */
import { isDeepStrictEqual } from 'node:util';
import type { ContractRegistry } from '../contract-registry.js';
import { revisionsOf, type AnyContract, type Example, type Revision } from '../event-contract.js';
import { commitId, position, type RecordedEvent } from '../../event.js';
import { freezeJson, isFault } from '../../frozen-json.js';
import { isRuntimeType } from '../open-types.js';
import { firstFault, upcasted } from '../upcasting.js';
import { foldingFailures, type CurrentExample } from './folding-examples.js';
import { firstDifference, isSameJson } from './json-difference.js';
import { PublishedContracts, publishedSchema } from './published-contracts.js';
import { NO_EXAMPLE, schemaChanged } from './publish-contracts.js';

export interface ContractFault {
  readonly event: string;
  readonly revision: number;
  /** The consumer that cannot fold it, as in `projection sum`. */
  readonly consumer?: string;
  /** What is wrong, and what to do. */
  readonly detail: string;
}

/** `number.recorded, revision 1, projection sum: it cannot fold example 2 in state "counting": …` */
export function describeFault({ event, revision, consumer, detail }: ContractFault): string {
  return `${[event, `revision ${revision}`, ...(consumer === undefined ? [] : [consumer])].join(', ')}: ${detail}`;
}

/**
 * All faults; none when the contracts are as they were published, all that may have been recorded can be read, and every
 * consumer can fold it. What JSON Schema cannot express, such as a `refine`, is tested by the examples alone.
 *
 * @throws Error when a published file cannot be read
 */
export function contractFaults(contracts: ContractRegistry, folder: string): readonly ContractFault[] {
  const published = new PublishedContracts(folder);
  const { examples, faults } = currentExamples(contracts, published);
  return [
    ...unreadableRevisions(contracts, published),
    ...contracts
      .all()
      .flatMap((contract) => [
        ...revisionsOf(contract).flatMap((revision) =>
          differencesFromPublished(published, contract, revision),
        ),
        ...unregisteredYields(contracts, contract),
      ]),
    ...faults,
    ...contracts.consumers.flatMap((consumer) =>
      foldingFailures(consumer, examples).map(({ of, example, state, error }) => ({
        event: of.type,
        revision: of.revision,
        consumer: consumer.name,
        detail: `it cannot fold example ${example} in state ${state}: ${messageOf(error)}`,
      })),
    ),
  ];
}

/** Revisions that were published, and may have been recorded, but can no longer be read. */
function unreadableRevisions(
  contracts: ContractRegistry,
  published: PublishedContracts,
): readonly ContractFault[] {
  return published.revisions.flatMap(({ type, revision }) => {
    const contract = contracts.contractOf(type);
    if (contract !== undefined && revisionsOf(contract).some((known) => known.revision === revision))
      return [];
    const known =
      contract === undefined ? 'nobody registers its contract' : `its contract has no such revision`;
    const detail = `it is published, but ${known}, so there is no way from it to the current one; put back what was removed`;
    return [{ event: type, revision, detail }];
  });
}

function differencesFromPublished(
  published: PublishedContracts,
  { type }: AnyContract,
  revision: Revision,
): readonly ContractFault[] {
  const fault = (detail: string): ContractFault => ({ event: type, revision: revision.revision, detail });
  if (!published.has(type, revision.revision))
    return isRuntimeType(type) ? [] : [fault('it is not published; npm run contracts does it')];
  const { schema, examples } = published.read(type, revision.revision);
  const difference = firstDifference(schema, publishedSchema(revision));
  const isNew = (example: Example): boolean => !examples.some((each) => isSameJson(each, example));
  return [
    ...(difference === undefined ? [] : [fault(schemaChanged(difference))]),
    ...(examples.length === 0 ? [fault(NO_EXAMPLE)] : []),
    ...(revision.examples.some(isNew)
      ? [fault('it has an example that is not published; npm run contracts does it')]
      : []),
  ];
}

/** Upcasters that yield a type, or a revision of it, that is not registered. */
function unregisteredYields(
  contracts: ContractRegistry,
  { type, earlier }: AnyContract,
): readonly ContractFault[] {
  return earlier.flatMap(({ revision, upcaster }) =>
    upcaster.yields
      .filter((other) => {
        const known = contracts.contractOf(other.type);
        return known === undefined || !revisionsOf(known).some((each) => each.revision === other.revision);
      })
      .map((other) => ({
        event: type,
        revision,
        detail: `its upcaster yields ${other.type} of revision ${other.revision}, which nobody registers`,
      })),
  );
}

/** Every published example in current revisions, and faults for those that cannot be upcasted. */
function currentExamples(
  contracts: ContractRegistry,
  published: PublishedContracts,
): { readonly examples: readonly CurrentExample[]; readonly faults: readonly ContractFault[] } {
  const examples: CurrentExample[] = [];
  const faults: ContractFault[] = [];
  for (const contract of contracts.all()) {
    for (const revision of revisionsOf(contract)) {
      const of = { type: contract.type, revision: revision.revision };
      if (!published.has(of.type, of.revision)) continue;
      for (const [index, example] of published.read(of.type, of.revision).examples.entries()) {
        try {
          const events = upcastExample(example, contract, revision, contracts);
          examples.push(...events.map((event) => ({ event, of, example: index + 1 })));
        } catch (error) {
          const detail = `example ${index + 1}: ${messageOf(error)}`;
          faults.push({ event: of.type, revision: of.revision, detail });
        }
      }
    }
  }
  return { examples, faults };
}

/** @throws Error when the example breaks its schema, cannot be upcasted, or gives something else each time */
function upcastExample(
  example: Example,
  { type }: AnyContract,
  { revision, schema }: Revision,
  { contractOf }: ContractRegistry,
): readonly RecordedEvent[] {
  const parsed = schema.safeParse(example.data);
  if (!parsed.success) throw new Error(`it breaks its schema at ${firstFault(parsed.error)}`);
  const data = freezeJson(parsed.data);
  if (isFault(data)) throw new Error(`it cannot be recorded: ${data.detail}`);
  const recorded = Object.freeze({
    position: position(1),
    type,
    revision,
    tags: Object.freeze(example.tags ?? []),
    data: data.value,
    time: '2026-01-31T12:00:00.000Z',
    commit: commitId('example'),
    metadata: Object.freeze(example.metadata ?? {}),
  });
  const events = upcasted(recorded, contractOf);
  if (!isDeepStrictEqual(upcasted(recorded, contractOf), events)) {
    throw new Error('its upcasters give something else each time; they must be pure');
  }
  return events;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
