/** `leftfold model`: prints who records and who consumes which events, and which commands each state allows. Needs no log. */
import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { helpExamples } from '../arguments.js';
import { loadContexts, withContextsOption, type ContextsOption } from '../contexts-option.js';
import { CommandFailed } from '../exit-codes.js';
import { printMessage, printResult, type Terminal } from '../terminal.js';

const FORMATS = ['mermaid', 'dot', 'json'] as const;

interface ModelOptions extends ContextsOption {
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly check?: boolean;
}

export function addModel(program: Command, terminal: Terminal): void {
  withContextsOption(program.command('model'))
    .summary('show who records and who consumes which events')
    .description(
      'Reads the contexts of the app, without starting it, and prints a map of them: who records and who consumes ' +
        'which events, and which commands each state of a decider allows.',
    )
    .addOption(new Option('--format <format>', 'how it is written').choices(FORMATS).default('mermaid'))
    .option('--output <file>', 'write it to this file, in place of what the file has')
    .option(
      '--check',
      'print nothing but what is probably forgotten, and fail with 1: events that nobody records or consumes, contracts without examples',
    )
    .addHelpText(
      'after',
      helpExamples(
        'leftfold model --output model.mmd',
        'leftfold model --check',
        'leftfold model --format dot | dot -Tsvg > model.svg',
      ),
    )
    .action((options: ModelOptions) => printModel(options, terminal));
}

async function printModel(options: ModelOptions, terminal: Terminal): Promise<void> {
  const contexts = await loadContexts(options, terminal, { needsProjections: false });
  const { applicationModel } = await import('../../runtime/model/application-model.js');
  const model = applicationModel(contexts);
  if (options.check === true) {
    const { modelFaults } = await import('../../runtime/model/model-faults.js');
    const faults = modelFaults(model);
    for (const fault of faults) await printResult(terminal, `${fault}\n`);
    if (faults.length > 0)
      throw new CommandFailed(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in the model`);
  }
  if (options.check === true && options.output === undefined) return;
  const { MODEL_FORMATS } = await import('../../runtime/model/formats.js');
  const text = MODEL_FORMATS[options.format](model);
  if (options.output === undefined) await printResult(terminal, text);
  else {
    writeFileSync(options.output, text);
    printMessage(
      terminal,
      `${options.output}: ${model.contexts.length} contexts, ${model.events.length} events`,
    );
  }
}
