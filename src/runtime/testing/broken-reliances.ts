/** What `leftfold contracts check` finds, for a test: reliances of the consumers of an application that published contracts break, and schemas that it has changed in place. */
import { changedInPlace } from '../event-log/contracts/publishing/changed-in-place.js';
import { publishedAt, type SourceOptions } from '../event-log/contracts/publishing/published-source.js';
import { brokenReliances, type BrokenReliance } from '../event-log/contracts/publishing/reliance.js';
import { ownContractsIn } from '../model/own-contracts.js';
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
  const isChosen = ({ type }: { readonly type: string }): boolean => events?.includes(type) ?? true;
  const reliances = reliancesIn(modules).filter(({ event }) => isChosen(event));
  const own = ownContractsIn(modules).own.filter(({ contract }) => isChosen(contract));
  const needed = [...reliances.map(({ event }) => event), ...own.map(({ contract }) => contract)];
  const published = await publishedAt(place, needed, options);
  return [...brokenReliances(reliances, published, contractsIn(modules)), ...changedInPlace(own, published)];
}
