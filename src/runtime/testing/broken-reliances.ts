/** What `leftfold contracts check` finds, for a test: reliances of the consumers of an application that published contracts break. */
import { publishedAt, type SourceOptions } from '../event-log/contracts/publishing/published-source.js';
import { brokenReliances, type BrokenReliance } from '../event-log/contracts/publishing/reliance.js';
import { reliancesIn } from '../model/reliances.js';
import { contractsIn } from '../projection/module-definitions.js';

/**
 * @param modules Nest modules: contexts, or the module of an application that imports them
 * @param place of the published contracts: a folder, or a URL that serves one
 * @param options `events`: only these types, as those of another repository. Default: all
 * @throws Error when the place cannot be read
 */
export async function brokenReliancesOf(
  modules: readonly unknown[],
  place: string,
  { events, ...options }: SourceOptions & { readonly events?: readonly string[] } = {},
): Promise<readonly BrokenReliance[]> {
  const reliances = reliancesIn(modules).filter(({ event }) => events?.includes(event.type) ?? true);
  const published = await publishedAt(
    place,
    reliances.map(({ event }) => event),
    options,
  );
  return brokenReliances(reliances, published, contractsIn(modules));
}
