/** The option `--contexts`: loads the bounded contexts of the app, or those of the module that it names. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { contextsIn, definitionsIn, entityDefinitionsIn } from '../runtime/projection/module-definitions.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

const CONTENT = 'a list of Nest modules with projections of this leftfold, or the module of an application';

export interface ContextsOption {
  readonly contexts?: string;
}

export function withContextsOption(command: Command): Command {
  return command.option(
    '--contexts <file>',
    'a module that exports its Nest modules as contexts, or the module of the application (default: those of the monolith)',
  );
}

/** @throws CommandFailed that says what is wrong with the file and what it should contain, or that one is needed */
export async function loadContexts(
  { contexts: file }: ContextsOption,
  { contexts }: Pick<Terminal, 'contexts'>,
  { needsProjections = true }: { readonly needsProjections?: boolean } = {},
): Promise<readonly unknown[]> {
  if (file !== undefined) return contextsFrom(resolve(file), needsProjections);
  if (contexts === undefined)
    throw new CommandFailed(
      `there is no app here whose contexts could be used; name a module with --contexts <file>, one that exports contexts, ${CONTENT}`,
      EXIT.usage,
    );
  return contexts();
}

async function contextsFrom(file: string, needsProjections: boolean): Promise<readonly unknown[]> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw invalidFile(`there is no file ${file}`);
  const exported = await importModule(file);
  const contexts = 'contexts' in exported ? exported.contexts : applicationIn(exported);
  if (!Array.isArray(contexts)) throw invalidFile(`${file} exports no list as contexts`);
  if (!needsProjections && contextsIn(contexts).length === 0)
    throw invalidFile(`the contexts of ${file} have no feature, LeftfoldModule.forFeature`);
  if (needsProjections && definitionsIn(contexts).size + entityDefinitionsIn(contexts).size === 0)
    throw invalidFile(`the contexts of ${file} have no projection`);
  return contexts as readonly unknown[];
}

/** The exported modules that import contexts, as `AppModule` does; undefined when there are none. */
function applicationIn(exported: object): readonly unknown[] | undefined {
  const modules = Object.values(exported).filter(
    (each) => typeof each === 'function' && contextsIn([each]).length > 0,
  );
  return modules.length > 0 ? modules : undefined;
}

async function importModule(file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw invalidFile(`${file} cannot be loaded (${reason})`, error);
  }
}

function invalidFile(problem: string, cause?: unknown): CommandFailed {
  return new CommandFailed(
    `--contexts: ${problem}; name a JavaScript module that exports contexts, ${CONTENT}`,
    EXIT.usage,
    { cause },
  );
}
