/** The contexts of a project: where they are, which one a generator is for, and which names others have taken. */
import { posix } from 'node:path';
import { RESERVED } from '../../runtime/http/kernel/paths.js';
import { InvalidName } from './names.js';
import type { Project } from './project.js';
import { eventTypes } from './source-edits.js';

/** A context in a project: its folder, and the name that its files begin with. */
export interface Context {
  readonly folder: string;
  readonly name: string;
}

export interface ContextOptions {
  /** The context that it is for, as a folder below the source root. Not needed when there is one context. */
  readonly path?: string | undefined;
  /** Default: `src`. */
  readonly sourceRoot?: string | undefined;
}

export const MODULE = /^(.+)\.module\.ts$/;
/** A file that gives a name which the whole application has once. */
const NAMED = /^(.+)\.(decider|projection|entities)\.ts$/;

/** The context that is named, or the only one. @throws InvalidName that names those that there are */
export function contextOf(project: Project, options: ContextOptions): Context {
  const root = rootOf(options);
  const known = contextsBelow(project, root);
  const names = known.map(({ folder }) => posix.relative(root, folder));
  const wanted = options.path;
  if (wanted === undefined || wanted === '') {
    const [only, ...others] = known;
    if (only !== undefined && others.length === 0) return only;
    throw only === undefined
      ? noContexts(project, root)
      : new InvalidName(`say which context it is for, after the name: ${names.join(', ')}`);
  }
  const path = posix.normalize(wanted).replace(/\/$/, '');
  const found = known.find(({ folder }) => folder === path || posix.relative(root, folder) === path);
  if (found !== undefined) return found;
  if (known.length === 0) throw noContexts(project, root);
  throw new InvalidName(
    `there is no context ${wanted} in ${root}; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}. A new one: nest g -c leftfold context ${posix.basename(path)}`,
  );
}

const noContexts = (project: Project, root: string): InvalidName =>
  new InvalidName(
    `there is no context in ${root} yet; make one first: nest g -c leftfold context orders${elsewhere(project)}`,
  );

/** What is added to a message where the command was run in another folder than the application's. */
export const elsewhere = (project: Project): string =>
  project.read('package.json') === undefined
    ? '. Or run it in the folder of the application: there is no package.json here'
    : '';

/** Folders with `<name>.module.ts` and `<name>.events.ts`. */
function contextsBelow(project: Project, folder: string): readonly Context[] {
  const { files, folders } = project.list(folder);
  const here = files.flatMap((file) => {
    const name = MODULE.exec(file)?.[1];
    return name !== undefined && files.includes(`${name}.events.ts`) ? [{ folder, name }] : [];
  });
  const below = folders
    .filter((each) => each !== 'node_modules' && !each.startsWith('.'))
    .flatMap((each) => contextsBelow(project, posix.join(folder, each)));
  return [...here, ...below];
}

/** The file of its contracts. */
export const eventsOf = ({ folder, name }: Context): string => posix.join(folder, `${name}.events.ts`);

export function rootOf({ sourceRoot }: ContextOptions): string {
  return posix
    .normalize(sourceRoot === undefined || sourceRoot === '' ? 'src' : sourceRoot)
    .replace(/^\/|\/$/g, '');
}

/** @throws InvalidName when another context has an event of this type */
export function requireOwnType(project: Project, context: Context, root: string, type: string): void {
  const other = contextsBelow(project, root)
    .filter(({ folder }) => folder !== context.folder)
    .find((each) => [...eventTypes(project.read(eventsOf(each)) ?? '').values()].includes(type));
  if (other !== undefined)
    throw new InvalidName(
      `the context ${other.name} has ${type} already; import it from ${eventsOf(other)}, or take another type`,
    );
}

/**
 * Deciders, projections and entity projections are served by their names, each under one path.
 *
 * @throws InvalidName when the runtime or another context serves something by this name
 */
export function requireOwnName(project: Project, context: Context, root: string, name: string): void {
  if (RESERVED.has(name))
    throw new InvalidName(`/${name} is where the runtime serves something of its own; take another name`);
  for (const { folder, name: other } of contextsBelow(project, root)) {
    if (folder === context.folder) continue;
    const [, , kind] =
      project
        .list(folder)
        .files.map((file) => NAMED.exec(file))
        .find((found) => found?.[1] === name) ?? [];
    if (kind === undefined) continue;
    const what = kind === 'entities' ? 'entity projection' : kind;
    throw new InvalidName(
      `the context ${other} has the ${what} ${name} already, and a name is there once; take another one`,
    );
  }
}
