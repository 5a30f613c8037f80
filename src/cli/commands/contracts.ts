/** `leftfold contracts`: publishes those of the app, and checks whether published ones keep what its consumers rely on. Needs no log. */
import type { Command } from 'commander';
import type { ConsumerReliance } from '../../runtime/event-log/contracts/publishing/reliance.js';
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
      'Writes the contracts of the events that the contexts name or record, a file a revision and what it is. What is published is never ' +
        'overwritten: a schema that has changed in place is refused, and the command then fails with 1.',
    )
    .argument('[folder]', 'where they are published', 'contracts')
    .addHelpText('after', helpExamples('leftfold contracts publish --contexts dist/app.module.js'))
    .action((folder: string, options: ContextsOption) => publish(folder, options, terminal));
  withContextsOption(contracts.command('check'))
    .summary('tell which change of an event breaks which consumer')
    .description(
      'Compares every published revision and example of the events that the contexts consume, or name in reliesOn, with the code. ' +
        'Prints a line for each break, with the consumer, the event, the revision, the field, and what would keep it whole; then fails with 1.',
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
  const { ownContractsIn } = await import('../../runtime/model/application-model.js');
  const { ContractRegistry } = await import('../../runtime/event-log/contracts/contract-registry.js');
  const { publishContracts } =
    await import('../../runtime/event-log/contracts/publishing/publish-contracts.js');
  const registry = new ContractRegistry();
  registry.register(ownContractsIn(contexts));
  const { written, refused } = publishContracts(registry, folder);
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
  const { brokenReliances, describeBroken } =
    await import('../../runtime/event-log/contracts/publishing/reliance.js');
  const { publishedAt } = await import('../../runtime/event-log/contracts/publishing/published-source.js');
  const reliances = chosen(reliancesIn(contexts), options.event);
  const events = [...new Set(reliances.map(({ event }) => event))];
  const published = await publishedAt(place, events, { signal: terminal.interrupted }).catch(
    (error: unknown) => {
      terminal.interrupted.throwIfAborted();
      throw new CommandFailed((error as Error).message, EXIT.failed, { cause: error });
    },
  );
  const broken = brokenReliances(reliances, published, contractsIn(contexts));
  for (const each of broken) await printResult(terminal, `${describeBroken(each)}\n`);
  if (broken.length > 0)
    throw new CommandFailed(
      `${broken.length} ${broken.length === 1 ? 'reliance is' : 'reliances are'} broken`,
    );
  printMessage(
    terminal,
    `${place} keeps what ${reliances.length} reliances need, on ${events.length} events`,
  );
}

/** @throws CommandFailed when nobody relies on one of the types */
function chosen(
  reliances: readonly ConsumerReliance[],
  types: readonly string[] | undefined,
): readonly ConsumerReliance[] {
  if (types === undefined) return reliances;
  const known = [...new Set(reliances.map(({ event }) => event.type))].toSorted();
  const unknown = types.find((type) => !known.includes(type));
  if (unknown !== undefined)
    throw new CommandFailed(
      `--event: nobody relies on ${unknown}; these are relied on: ${known.join(', ') || 'none'}`,
      EXIT.usage,
    );
  return reliances.filter(({ event }) => types.includes(event.type));
}
