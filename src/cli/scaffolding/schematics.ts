/** The collection of schematics: `nest g -c leftfold <schematic> <name> [context]`. */
import { posix } from 'node:path';
import {
  generateContext,
  generateDecider,
  generateEntityProjection,
  generateEvent,
  generateProjection,
  type GeneratorOptions,
} from './generators.js';
import { Changes, type Project } from './project.js';

/** Of `Tree` of `@angular-devkit/schematics`, what is used. */
export interface SchematicTree {
  readText(path: string): string;
  exists(path: string): boolean;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { readonly subfiles: readonly string[]; readonly subdirs: readonly string[] };
}

export type Rule = (
  tree: SchematicTree,
  context?: { readonly logger: { info(message: string): void } },
) => SchematicTree;

type Generator = (project: Project, options: GeneratorOptions) => void;

const rule =
  (generator: Generator) =>
  (options: GeneratorOptions): Rule =>
  (tree, context) => {
    const changes = new Changes(projectOf(tree));
    generator(changes, options);
    if (changes.apply().length === 0) context?.logger.info('It is there already; nothing was changed.');
    return tree;
  };

export const context = rule(generateContext);
export const event = rule(generateEvent);
export const decider = rule(generateDecider);
export const projection = rule(generateProjection);
export const entityProjection = rule(generateEntityProjection);

function projectOf(tree: SchematicTree): Project {
  return {
    read: (path) => (tree.exists(path) ? tree.readText(path) : undefined),
    write: (path, text) => {
      if (tree.exists(path)) tree.overwrite(path, text);
      else tree.create(path, text);
    },
    list: (folder) => {
      const { subfiles, subdirs } = tree.getDir(posix.join('/', folder));
      return { files: subfiles, folders: subdirs };
    },
  };
}
