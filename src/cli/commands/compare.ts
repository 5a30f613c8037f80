/** `leftfold compare`: holds the projections of two servers against each other, and names the first position at which they part. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { helpExamples } from '../arguments.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { printMessage, printResult, type Terminal } from '../terminal.js';
import { readSettings } from '../../apps/settings.js';
import { keySettings } from '../log-options.js';
import { ServedProjections, type ServedProjection } from '../served-projections.js';

interface CompareOptions {
  readonly quiet?: boolean;
}

export function addCompare(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .summary('compare the projections of two running servers')
    .description(
      'Compares every projection that both servers have, at the last position that both have folded: the digest of the events ' +
        'that were folded, and of the state. Prints name, position and digest of each. Fails with 1 when one differs, and ' +
        'names the position up to which it agrees and the first one at which it does not.',
    )
    .argument('<url>', 'of a server, as in http://localhost:3000')
    .argument('<other-url>', 'of the other server')
    .argument('[projection...]', 'only these')
    .option('-q, --quiet', 'print results and errors only')
    .addHelpText(
      'after',
      helpExamples(
        'leftfold compare http://localhost:3000 http://localhost:3002',
        'leftfold compare http://localhost:3000 http://localhost:3002 product',
      ),
    )
    .action((url: string, other: string, names: readonly string[], options: CompareOptions) =>
      compare([url, other], names, options, terminal),
    );
}

async function compare(
  urls: readonly [string, string],
  names: readonly string[],
  { quiet }: CompareOptions,
  terminal: Terminal,
): Promise<void> {
  const { key } = readSettings(keySettings(terminal.environment));
  const one = new ServedProjections(urls[0], terminal.interrupted, key);
  const other = new ServedProjections(urls[1], terminal.interrupted, key);
  const [here, there] = await Promise.all([one.overview(), other.overview()]);
  const common = [...here.keys()].filter((name) => there.has(name));
  const missing = names.find((name) => !common.includes(name));
  if (missing !== undefined || common.length === 0) {
    const what = missing === undefined ? 'the two have no projection in common' : `not both have ${missing}`;
    throw new CommandFailed(`${what}; ${one.url} has ${listed(here)}, ${other.url} has ${listed(there)}`);
  }
  const parted: string[] = [];
  for (const name of names.length > 0 ? names : common) {
    if (here.get(name)?.hasEntities === true) {
      const found = await compareEntities(name, one, other, terminal.interrupted);
      if (found.isEqual) await printResult(terminal, `${name} ${found.at} ${found.digest}\n`);
      else parted.push(`${name} is not the same at ${found.at}`);
      continue;
    }
    const at = Math.min(here.get(name)?.position ?? 0, there.get(name)?.position ?? 0);
    const digest = await one.digest(name, at);
    const isEqual = digest === (await other.digest(name, at));
    if (isEqual) await printResult(terminal, `${name} ${at} ${digest}\n`);
    else parted.push(`${name} parts ${await whereTheyPart(name, at, one, other)}`);
  }
  if (parted.length > 0) throw new CommandFailed(parted.join('; '), EXIT.failed);
  if (quiet !== true) printMessage(terminal, 'they agree');
}

const listed = (projections: ReadonlyMap<string, ServedProjection>): string =>
  projections.size === 0 ? 'none' : [...projections.keys()].join(', ');

/** How long two servers may take to be at one position, in milliseconds. */
const MEETING_TIMEOUT_MS = 5_000;
const MEETING_INTERVAL_MS = 100;

/** There is no digest of their past: they are compared where both are at one position. @throws CommandFailed when that does not come about */
async function compareEntities(
  name: string,
  one: ServedProjections,
  other: ServedProjections,
  signal: AbortSignal,
): Promise<{ readonly at: number; readonly digest: string; readonly isEqual: boolean }> {
  for (const end = performance.now() + MEETING_TIMEOUT_MS; ;) {
    const [mine, theirs] = await Promise.all([one.entityDigest(name), other.entityDigest(name)]);
    const { position: at, digest } = mine;
    if (at === theirs.position) return { at, digest, isEqual: digest === theirs.digest };
    if (performance.now() > end)
      throw new CommandFailed(
        `${name} is at ${at} of ${one.url} and at ${theirs.position} of ${other.url}; its entities are compared where both are at one position`,
      );
    await pause(MEETING_INTERVAL_MS, undefined, { signal });
  }
}

/** They differ at `at`. The digest of the events never agrees again once it differs, so that halving finds the first position. */
async function whereTheyPart(
  name: string,
  at: number,
  one: ServedProjections,
  other: ServedProjections,
): Promise<string> {
  let agrees = -1;
  let differs = at;
  while (differs - agrees > 1) {
    const middle = Math.floor((agrees + differs) / 2);
    if ((await one.digest(name, middle)) === (await other.digest(name, middle))) agrees = middle;
    else differs = middle;
  }
  return agrees === -1 ? 'from the beginning' : `at ${differs}; up to ${agrees} it agrees`;
}
