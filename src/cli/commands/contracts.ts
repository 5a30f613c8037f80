/** `leftfold contracts`: publishes those of the app, and checks whether published ones keep what its consumers rely on. Needs no log. */
import type { Command } from 'commander';
import type { Publisher } from '../../runtime/event-log/contracts/publishing/changed-in-place.js';
import type {
  BrokenReliance,
  ConsumerReliance,
} from '../../runtime/event-log/contracts/publishing/reliance.js';
import { contractsIn } from '../../runtime/projection/module-definitions.js';
import { helpExamples } from '../arguments.js';
import { loadContexts, withContextsOption, type ContextsOption } from '../contexts-option.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { printMessage, printResult, type Terminal } from '../terminal.js';

interface CheckOptions extends ContextsOption {
  readonly event?: readonly string[];
}

export function addContracts(program: Command, terminal: Terminal): void {
  const contracts = program
    .command('contracts')
    .summary('publish contracts, and compare published ones with what consumers rely on');
  withContextsOption(contracts.command('publish'))
    .summary('write the schema and the examples of each revision that is not published yet')
    .description(
      'Writes the contracts of the events that the contexts record, a file a revision and what it is. What is published is never ' +
        'overwritten: a schema that has changed in place is refused, and the command then fails with 1.',
    )
    .argument('[folder]', 'where they are published', 'contracts')
    .addHelpText('after', helpExamples('leftfold contracts publish --contexts dist/app.module.js'))
    .action((folder: string, options: ContextsOption) => publish(folder, options, terminal));
  withContextsOption(contracts.command('check'))
    .summary('tell which change of an event breaks which consumer')
    .description(
      'Compares every published revision and example of the events that the contexts consume, or name in reliesOn, with the code. ' +
        'Prints a line for each break, with the consumer, the event, the revision, the field, and what would keep it whole; then fails with 1. ' +
        'A schema of an event that the contexts record, and that is published otherwise, is a break, too.',
    )
    .argument('[published]', 'a folder of published contracts, or the URL of one', 'contracts')
    .option('--event <types...>', 'only these events, as those of another repository')
    .addHelpText(
      'after',
      helpExamples(
        'leftfold contracts check',
        'leftfold contracts check ../shop/contracts --event order.placed order.paid',
        'leftfold contracts check https://raw.githubusercontent.com/acme/shop/main/contracts --event order.placed',
      ),
    )
    .action((published: string, options: CheckOptions) => check(published, options, terminal));
}

async function publish(folder: string, options: ContextsOption, terminal: Terminal): Promise<void> {
  const contexts = await loadContexts(options, terminal, { needsProjections: false });
  const { ownContractsIn } = await import('../../runtime/model/own-contracts.js');
  const { ContractRegistry } = await import('../../runtime/event-log/contracts/contract-registry.js');
  const { PublishedContracts } =
    await import('../../runtime/event-log/contracts/publishing/published-contracts.js');
  const { publishContracts } =
    await import('../../runtime/event-log/contracts/publishing/publish-contracts.js');
  const registry = new ContractRegistry();
  const { own, unrecorded } = ownContractsIn(contexts);
  const published = new Set(new PublishedContracts(folder).revisions.map(({ type }) => type));
  // What was recorded once keeps being published.
  const former = unrecorded.filter(({ type }) => published.has(type));
  registry.register([...own.map(({ contract }) => contract), ...former]);
  const { written, refused } = publishContracts(registry, folder);
  for (const { type } of unrecorded.filter((each) => !former.includes(each)))
    printMessage(
      terminal,
      `${type} is not published: it is consumed here, and nobody records it; name it in records of a command or of forFeature, if it is an event of your own`,
    );
  for (const file of written) await printResult(terminal, `wrote ${file}\n`);
  for (const refusal of refused) await printResult(terminal, `${refusal}\n`);
  if (refused.length > 0)
    throw new CommandFailed(
      `${refused.length} ${refused.length === 1 ? 'revision is' : 'revisions are'} not published`,
    );
  if (written.length === 0) printMessage(terminal, `${folder} has all contracts already`);
}

async function check(place: string, options: CheckOptions, terminal: Terminal): Promise<void> {
  const contexts = await loadContexts(options, terminal, { needsProjections: false });
  const { reliancesIn } = await import('../../runtime/model/reliances.js');
  const { ownContractsIn } = await import('../../runtime/model/own-contracts.js');
  const { changedInPlace } = await import('../../runtime/event-log/contracts/publishing/changed-in-place.js');
  const { brokenReliances, describeBroken } =
    await import('../../runtime/event-log/contracts/publishing/reliance.js');
  const { publishedAt } = await import('../../runtime/event-log/contracts/publishing/published-source.js');
  const { reliances, own } = chosen(reliancesIn(contexts), ownContractsIn(contexts).own, options.event);
  const events = [...new Set(reliances.map(({ event }) => event))];
  try {
    const needed = [...events, ...own.map(({ contract }) => contract)];
    const published = await publishedAt(place, needed, { signal: terminal.interrupted });
    const broken = [
      ...brokenReliances(reliances, published, contractsIn(contexts)),
      ...changedInPlace(own, published),
    ];
    for (const each of broken) await printResult(terminal, `${describeBroken(each)}\n`);
    if (broken.length > 0) throw new CommandFailed(summaryOf(broken));
  } catch (error) {
    terminal.interrupted.throwIfAborted();
    throw error;
  }
  printMessage(
    terminal,
    `${place} keeps what ${reliances.length} reliances need, on ${events.length} events`,
  );
}

/** As in `3 reliances are broken, and 1 schema has changed in place`. */
function summaryOf(broken: readonly BrokenReliance[]): string {
  const changed = broken.filter(({ isInPlace }) => isInPlace === true).length;
  const reliances = broken.length - changed;
  return [
    ...(reliances === 0 ? [] : [`${reliances} ${reliances === 1 ? 'reliance is' : 'reliances are'} broken`]),
    ...(changed === 0
      ? []
      : [`${changed} ${changed === 1 ? 'schema has' : 'schemas have'} changed in place`]),
  ].join(', and ');
}

/** @throws CommandFailed when nobody relies on one of the types, or records it */
function chosen(
  reliances: readonly ConsumerReliance[],
  own: readonly Publisher[],
  types: readonly string[] | undefined,
): { readonly reliances: readonly ConsumerReliance[]; readonly own: readonly Publisher[] } {
  if (types === undefined) return { reliances, own };
  const relied = [...new Set(reliances.map(({ event }) => event.type))].toSorted();
  const recorded = own.map(({ contract }) => contract.type);
  const unknown = types.find((type) => !relied.includes(type) && !recorded.includes(type));
  if (unknown !== undefined)
    throw new CommandFailed(
      `--event: nobody relies on ${unknown}; these are relied on: ${relied.join(', ') || 'none'}`,
      EXIT.usage,
    );
  return {
    reliances: reliances.filter(({ event }) => types.includes(event.type)),
    own: own.filter(({ contract }) => types.includes(contract.type)),
  };
}
