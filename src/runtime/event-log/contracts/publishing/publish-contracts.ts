/** Publishes new revisions and examples of the contracts. What is published already is never overwritten. */
import type { ContractRegistry } from '../contract-registry.js';
import { revisionsOf, type AnyContract, type Revision } from '../event-contract.js';
import { isRuntimeType } from '../open-types.js';
import { firstDifference, isSameJson } from './json-difference.js';
import { PublishedContracts, publishedSchema } from './published-contracts.js';

export interface Publication {
  /** The files that were written. */
  readonly written: readonly string[];
  /** Revisions that cannot be published, why, and what to do. */
  readonly refused: readonly string[];
}

export interface PublishOptions {
  /** Whether the runtime's own events are published as well, which `leftfold` publishes itself. Default: false. */
  readonly runtimeEvents?: boolean;
}

/** @throws Error when a published file cannot be read */
export function publishContracts(
  contracts: ContractRegistry,
  folder: string,
  { runtimeEvents = false }: PublishOptions = {},
): Publication {
  const published = new PublishedContracts(folder);
  const written: string[] = [];
  const refused: string[] = [];
  for (const contract of contracts.all()) {
    if (isRuntimeType(contract.type) && !runtimeEvents) continue;
    for (const revision of revisionsOf(contract)) {
      const refusal = refusalOf(published, contract, revision);
      if (refusal === undefined) written.push(...publish(published, contract, revision));
      else refused.push(`${contract.type}, revision ${revision.revision}: ${refusal}`);
    }
  }
  return { written, refused };
}

/** The fault of a published revision whose schema has changed. */
export function schemaChanged(at: string): string {
  return `its schema is published and has changed at ${at}. What was recorded keeps its revision for ever: put the schema back, and add a revision with an upcaster, .revise({ schema, examples, upcast })`;
}

export const NO_EXAMPLE = 'it has no example; give it some, as in examples: [{ data: … }]';

function refusalOf(
  published: PublishedContracts,
  { type }: AnyContract,
  revision: Revision,
): string | undefined {
  if (revision.examples.length === 0) return NO_EXAMPLE;
  if (!published.has(type, revision.revision)) return undefined;
  const { schema } = published.read(type, revision.revision);
  const difference = firstDifference(schema, publishedSchema(revision));
  return difference && schemaChanged(difference);
}

function publish(
  published: PublishedContracts,
  { type }: AnyContract,
  revision: Revision,
): readonly string[] {
  const { revision: number, examples } = revision;
  if (!published.has(type, number)) {
    return published.write(type, number, { schema: publishedSchema(revision), examples });
  }
  const known = published.read(type, number).examples;
  const added = examples.filter((example) => !known.some((each) => isSameJson(each, example)));
  return added.length === 0 ? [] : published.write(type, number, { examples: [...known, ...added] });
}
