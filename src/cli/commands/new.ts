/** `leftfold new`: makes an application that starts, with one context. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { helpExamples } from '../arguments.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { InvalidName, requireName } from '../scaffolding/names.js';
import { applicationFiles } from '../scaffolding/new-application.js';
import { printMessage, type Terminal } from '../terminal.js';

interface NewOptions {
  readonly context: string;
  readonly package?: string;
}

export function addNew(program: Command, terminal: Terminal): void {
  program
    .command('new')
    .summary('make an application that starts, with one context')
    .description(
      'Makes a folder with a Nest application that has an event log and one bounded context: events, a decider with two commands, ' +
        'a list, and their specs. Nothing is installed; the last line says what to do next.',
    )
    .argument('<folder>', 'where it is made; the folder is new, or empty')
    .option('--context <name>', 'the name of its context, in the plural', 'orders')
    .option('--package <tarball>', 'a tarball of leftfold to install, instead of the version in the registry')
    .addHelpText(
      'after',
      helpExamples(
        'leftfold new my-app',
        'leftfold new library --context books',
        'leftfold new my-app --package ./leftfold-0.1.0.tgz',
      ),
    )
    .action((folder: string, options: NewOptions) =>
      makeApplication(folder, options, program.version() ?? '', terminal),
    );
}

async function makeApplication(
  folder: string,
  options: NewOptions,
  version: string,
  terminal: Terminal,
): Promise<void> {
  const target = resolve(folder);
  const { name, context } = names(basename(target), options.context);
  const leftfold = options.package === undefined ? version : await tarball(options.package, target);
  await requireEmpty(target, folder);
  for (const [path, text] of applicationFiles({ name, leftfold, context })) {
    const file = join(target, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  printMessage(terminal, `${folder} is made; next: cd ${folder} && npm install && npm start`);
}

function names(name: string, context: string): { readonly name: string; readonly context: string } {
  try {
    return { name: requireName('folder', name), context: requireName('context', context) };
  } catch (error) {
    if (error instanceof InvalidName) throw new CommandFailed(error.message, EXIT.usage, { cause: error });
    throw error;
  }
}

async function tarball(path: string, target: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new CommandFailed(
      `--package ${path} is no file; npm run package makes a tarball of leftfold`,
      EXIT.usage,
    );
  return `file:${relative(target, resolve(path)).split(sep).join('/')}`;
}

async function requireEmpty(target: string, shown: string): Promise<void> {
  const there = await readdir(target).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return [];
    throw code === 'ENOTDIR'
      ? new CommandFailed(`${shown} is a file; name a folder that is new or empty`, EXIT.usage)
      : error;
  });
  if (there.length > 0)
    throw new CommandFailed(`${shown} is not empty; name a folder that is new or empty`, EXIT.usage);
}
