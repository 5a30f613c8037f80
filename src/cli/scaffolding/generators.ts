/** What `nest g -c leftfold` makes: a context, and within one an event, a decider, a projection, an entity projection. */
import { posix } from 'node:path';
import {
  MODULE,
  contextOf,
  elsewhere,
  eventsOf,
  requireOwnName,
  requireOwnType,
  rootOf,
  type Context,
  type ContextOptions,
} from './contexts.js';
import { InvalidName, camel, pascal, requireEventType, requireName, singular } from './names.js';
import type { Project } from './project.js';
import {
  CannotEdit,
  declares,
  eventTypes,
  hasFeature,
  importedFrom,
  withArrayElement,
  withDeclarationBefore,
  withFeature,
  withImport,
  withModuleImport,
} from './source-edits.js';
import {
  deciderSpec,
  entitiesSpec,
  contractsSpec,
  projectionSpec,
  type TestRunner,
} from './spec-templates.js';
import {
  deciderFile,
  entitiesFile,
  eventDeclaration,
  eventsFile,
  machineFile,
  moduleFile,
  projectionFile,
  tagDeclaration,
  tagFunction,
  type DeclaredEvent,
} from './templates.js';

export interface GeneratorOptions extends ContextOptions {
  readonly name?: string | undefined;
  /** Default: true. */
  readonly spec?: boolean | undefined;
  /** Registers nothing. */
  readonly skipImport?: boolean | undefined;
}

const ROOT_MODULES = ['app.module.ts'];

export function generateContext(project: Project, options: GeneratorOptions): void {
  const name = requireName('context', options.name);
  const root = rootOf(options);
  const folder = posix.join(root, options.path ?? '', name);
  if (posix.relative(root, folder).startsWith('..'))
    throw new InvalidName(`${options.path ?? ''} leads out of ${root}; name a folder in it, or none`);
  create(project, posix.join(folder, `${name}.events.ts`), eventsFile(name));
  create(project, posix.join(folder, `${name}.module.ts`), moduleFile(name));
  const own = posix.join(folder, `${name}.module.ts`);
  if (!hasFeature(project.read(own) ?? ''))
    throw new CannotEdit(
      `${own} is there, and has no LeftfoldModule.forFeature; add one, or name the context otherwise`,
    );
  if (options.skipImport === true) return;
  const module = moduleAbove(project, posix.dirname(folder), root);
  edit(project, module, (text) =>
    withImport(
      withModuleImport(text, `${pascal(name)}Module`),
      `${pascal(name)}Module`,
      importPath(module, posix.join(folder, `${name}.module.js`)),
    ),
  );
}

export function generateEvent(project: Project, options: GeneratorOptions): void {
  const { type, noun } = requireEventType(options.name);
  addEvent(project, contextOf(project, options), type, noun, options);
}

export function generateDecider(project: Project, options: GeneratorOptions): void {
  const noun = requireName('decider', options.name);
  const context = contextOf(project, options);
  requireOwnName(project, context, rootOf(options), noun);
  const { folder, name } = context;
  create(project, posix.join(folder, `${noun}.machine.ts`), machineFile(noun, name));
  create(project, posix.join(folder, `${noun}.decider.ts`), deciderFile(noun, name));
  if (options.spec !== false)
    create(
      project,
      posix.join(folder, `${noun}.decider.spec.ts`),
      deciderSpec(noun, name, runnerOf(project)),
    );
  for (const type of [`${noun}.added`, `${noun}.removed`]) addEvent(project, context, type, noun, options);
  addTag(project, context, noun);
  register(project, context, options, 'deciders', noun, `${noun}.decider.js`);
}

export function generateProjection(project: Project, options: GeneratorOptions): void {
  const name = requireName('projection', options.name);
  const context = contextOf(project, options);
  requireOwnName(project, context, rootOf(options), name);
  const events = eventsIn(project, context);
  if (events.length === 0) throw noEvents(context, 'order.placed');
  create(
    project,
    posix.join(context.folder, `${name}.projection.ts`),
    projectionFile(name, context.name, events),
  );
  if (options.spec !== false)
    create(
      project,
      posix.join(context.folder, `${name}.projection.spec.ts`),
      projectionSpec(name, context.name, events, runnerOf(project)),
    );
  register(project, context, options, 'projections', name, `${name}.projection.js`);
}

/** Of what its name is the plural of, where the context has events of that; otherwise of what its first event is about. */
export function generateEntityProjection(project: Project, options: GeneratorOptions): void {
  const name = requireName('entity-projection', options.name);
  const context = contextOf(project, options);
  requireOwnName(project, context, rootOf(options), name);
  const events = eventsIn(project, context);
  const nouns = events.map(({ type }) => type.slice(0, type.indexOf('.')));
  const noun = nouns.find((each) => each === singular(name) || each === name) ?? nouns[0];
  if (noun === undefined) throw noEvents(context, `${singular(name)}.added`);
  const consumed = events.filter(({ type }) => type.startsWith(`${noun}.`));
  create(
    project,
    posix.join(context.folder, `${name}.entities.ts`),
    entitiesFile(name, noun, context.name, consumed),
  );
  if (options.spec !== false)
    create(
      project,
      posix.join(context.folder, `${name}.entities.spec.ts`),
      entitiesSpec(name, noun, context.name, consumed, runnerOf(project)),
    );
  register(project, context, options, 'projections', name, `${name}.entities.js`);
}

/** What is there stays as it is. */
function create(project: Project, path: string, text: string): void {
  if (project.read(path) === undefined) project.write(path, text);
}

function edit(project: Project, path: string, change: (text: string) => string): void {
  const text = project.read(path);
  if (text === undefined) throw new CannotEdit(`there is no ${path}`);
  try {
    project.write(path, change(text));
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    throw new CannotEdit(`${path} ${error.message}; write it by hand, or use --skip-import`, {
      cause: error,
    });
  }
}

/** With the spec of the contracts, which has something to test from the first event on. */
function addEvent(
  project: Project,
  context: Context,
  type: string,
  noun: string,
  options: GeneratorOptions,
): void {
  const path = eventsOf(context);
  if (options.spec !== false)
    create(
      project,
      posix.join(context.folder, `${context.name}.events.spec.ts`),
      contractsSpec(context.name, runnerOf(project)),
    );
  const known = eventTypes(project.read(path) ?? '');
  const name = camel(type);
  if (known.get(name) === type) return;
  const variable = [...known].find(([, each]) => each === type)?.[0];
  if (variable !== undefined)
    throw new InvalidName(
      `${path} has ${type} already, as ${variable}; call it ${name}, or take another name`,
    );
  if (known.has(name))
    throw new InvalidName(`${path} has another event ${name}, of the type ${known.get(name) ?? ''}`);
  requireFree(project, path, name, type);
  requireOwnType(project, context, rootOf(options), type);
  edit(project, path, (text) => {
    const declared = withDeclarationBefore(text, 'contracts', eventDeclaration(type, noun));
    const listed = withArrayElement(declared, 'contracts', name);
    return withImport(withImport(listed, 'defineEvent', 'leftfold'), 'z', 'zod');
  });
}

/** @throws InvalidName when the file has something else of this name */
function requireFree(project: Project, path: string, name: string, type: string): void {
  const text = project.read(path) ?? '';
  if (declares(text, name) || importedFrom(text, name) !== undefined || name === 'defineEvent')
    throw new InvalidName(`${path} has another ${name}; take another type than ${type}`);
}

function addTag(project: Project, context: Context, noun: string): void {
  const path = eventsOf(context);
  const event = eventTypes(project.read(path) ?? '').get(tagFunction(noun));
  if (event !== undefined)
    throw new InvalidName(
      `${path} has ${tagFunction(noun)} as the event ${event}; take another name than ${noun}`,
    );
  edit(project, path, (text) => {
    if (declares(text, tagFunction(noun))) return text;
    const declared = withDeclarationBefore(text, 'contracts', tagDeclaration(noun));
    return withImport(withImport(declared, 'tag', 'leftfold'), 'type Tag', 'leftfold');
  });
}

function register(
  project: Project,
  { folder, name }: Context,
  { skipImport }: GeneratorOptions,
  member: 'deciders' | 'projections',
  registered: string,
  file: string,
): void {
  if (skipImport === true) return;
  const symbol = camel(registered);
  const module = posix.join(folder, `${name}.module.ts`);
  const before = importedFrom(project.read(module) ?? '', symbol);
  if (before !== undefined && before !== `./${file}`)
    throw new InvalidName(
      `${module} imports another ${symbol}, from ${before}; take another name than ${registered}`,
    );
  edit(project, module, (text) => withImport(withFeature(text, member, symbol), symbol, `./${file}`));
}

const eventsIn = (project: Project, context: Context): readonly DeclaredEvent[] =>
  [...eventTypes(project.read(eventsOf(context)) ?? '')].map(([variable, type]) => ({ variable, type }));

function noEvents({ name, folder }: Context, example: string): InvalidName {
  return new InvalidName(
    `the context ${name} has no events to fold yet; make one: nest g -c leftfold event ${example} ${posix.basename(folder)}`,
  );
}

/** The module that a new context is imported by: the nearest one in a folder above. */
function moduleAbove(project: Project, folder: string, root: string): string {
  const { files } = project.list(folder);
  const modules = files.filter((file) => MODULE.test(file));
  const found = modules.find((file) => ROOT_MODULES.includes(file)) ?? modules[0];
  if (found !== undefined) return posix.join(folder, found);
  if (folder === root || folder === '.' || folder === '/')
    throw new CannotEdit(
      `there is no module in ${root} that could import the context: make ${posix.join(root, 'app.module.ts')}, or use --skip-import${elsewhere(project)}`,
    );
  return moduleAbove(project, posix.dirname(folder), root);
}

function importPath(from: string, to: string): string {
  const relative = posix.relative(posix.dirname(from), to);
  return relative.startsWith('.') ? relative : `./${relative}`;
}

/** Vitest has no test functions without an import, Jest has. */
function runnerOf(project: Project): TestRunner {
  const text = project.read('package.json');
  try {
    const { devDependencies, dependencies } = JSON.parse(text ?? '{}') as Record<
      string,
      Record<string, string> | undefined
    >;
    const all = { ...dependencies, ...devDependencies };
    return 'vitest' in all && !('jest' in all) ? 'vitest' : 'jest';
  } catch {
    return 'jest';
  }
}
