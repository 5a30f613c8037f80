/** What a name of the console stands for: a decider, an entity projection, or both of them at one path. */
import type { Model, ModelCommand, ModelDecider, ModelEntities } from '../../model.js';

export interface Thing {
  readonly name: string;
  readonly context: string;
  readonly decider?: ModelDecider;
  readonly entities?: ModelEntities;
}

/** Those that are served; a list and the decider of what is in it are one where they share their path. */
export function thingsOf({ contexts }: Model): readonly Thing[] {
  const lists = contexts.flatMap(({ name: context, entityProjections }) =>
    entityProjections.map((entities) => ({ context, entities })),
  );
  const deciders = contexts.flatMap(({ name: context, deciders: all }) =>
    all.map((decider) => ({ context, decider })),
  );
  const isOne = (decider: ModelDecider, entities: ModelEntities): boolean =>
    decider.path !== undefined && decider.path === entities.path;
  return [
    ...lists
      .filter(({ entities }) => entities.path !== undefined)
      .map(({ context, entities }) => {
        const decider = deciders.find((each) => isOne(each.decider, entities))?.decider;
        return { name: entities.name, context, entities, ...(decider !== undefined && { decider }) };
      }),
    ...deciders
      .filter(
        ({ decider }) =>
          decider.path !== undefined && !lists.some(({ entities }) => isOne(decider, entities)),
      )
      .map(({ context, decider }) => ({ name: decider.name, context, decider })),
  ];
}

/** Also by the name of a decider whose list has another one. */
export function thingOf(model: Model, name: string): Thing | undefined {
  const things = thingsOf(model);
  return things.find((thing) => thing.name === name) ?? things.find(({ decider }) => decider?.name === name);
}

export function decisionsOf({ contexts }: Model): readonly (ModelCommand & { readonly context: string })[] {
  return contexts.flatMap(({ name: context, decisions }) =>
    decisions.filter(({ path }) => path !== undefined).map((decision) => ({ ...decision, context })),
  );
}

/** Where a command about a subject is sent; what is still in braces are members of its input. */
export function pathOfCommand({ path = '' }: ModelCommand, id: string): string {
  return path.replace(/\{\w+\}/, () => encodeURIComponent(id));
}

/** The tags that the events about it have, all of them; undefined where that is not known. */
export function tagsOf({ decider, entities }: Thing, id: string): readonly string[] | undefined {
  const templates = decider?.tags ?? (entities?.tag === undefined ? undefined : [entities.tag]);
  return templates?.map((template) => template.replace(/\{\w+\}/, () => id));
}

/** The types of the events that make it what it is. */
export function typesOf({ decider, entities }: Thing): readonly string[] {
  return [...new Set([...(decider?.consumes ?? []), ...(entities?.consumes ?? [])])];
}
