/** Published revisions whose schema is another one in the code of those who record them. */
import { revisionsOf, type AnyContract } from '../event-contract.js';
import { firstDifference } from './json-difference.js';
import { publishedSchema } from './published-contracts.js';
import type { BrokenReliance, PublishedSource } from './reliance.js';

/** A contract, and the context that records its events. */
export interface Publisher {
  readonly context: string;
  readonly contract: AnyContract;
}

/**
 * A break for each, also where the schema takes more than before: whoever reads the published one relies on it.
 *
 * @throws Error when what is published cannot be read
 */
export function changedInPlace(
  publishers: readonly Publisher[],
  published: PublishedSource,
): readonly BrokenReliance[] {
  return publishers.flatMap(({ context, contract }) =>
    published.revisions
      .filter(({ type }) => type === contract.type)
      .flatMap(({ revision }): readonly BrokenReliance[] => {
        const own = revisionsOf(contract).find((each) => each.revision === revision);
        if (own === undefined) return [];
        const at = firstDifference(published.read(contract.type, revision).schema, publishedSchema(own));
        if (at === undefined) return [];
        return [
          {
            context,
            event: contract.type,
            revision,
            consumer: 'whoever reads what is published',
            detail: `context ${context} has changed its schema in place, at ${at}`,
            remedy: `What was recorded keeps its revision for ever: put the schema of revision ${revision} back, and add a revision with an upcaster, .revise({ schema, examples, upcast })`,
            isInPlace: true,
          },
        ];
      }),
  );
}
