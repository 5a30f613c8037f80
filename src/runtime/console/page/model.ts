/** The model of the application, as `GET /model` answers it: the same for as long as the process runs. */
import { useAsked, type Asked } from './asked.js';
import { ask, settings, whenKeyChanges } from './server.js';
import type { Json, JsonSchema } from './json-schema.js';

export interface Model {
  readonly events: readonly ModelEvent[];
  readonly contexts: readonly ModelContext[];
}

export interface ModelEvent {
  readonly type: string;
  readonly revision: number;
  /** Whether anybody may append it. */
  readonly open: boolean;
  readonly schema: JsonSchema;
  readonly examples: readonly Json[];
  readonly earlier: readonly ModelRevision[];
  /** As in `decider account: deposit`. */
  readonly recordedBy: readonly string[];
  /** As in `projection sum`. */
  readonly consumedBy: readonly string[];
}

export interface ModelRevision {
  readonly revision: number;
  readonly schema?: JsonSchema;
  /** What an event of it may become, as in `number.recorded@2`. */
  readonly upcast?: readonly string[];
}

/** Paths have the prefix under which the API is served; there are none where something is not served. */
export interface ModelContext {
  readonly name: string;
  readonly deciders: readonly ModelDecider[];
  readonly decisions: readonly ModelCommand[];
  readonly projections: readonly ModelConsumer[];
  readonly entityProjections: readonly ModelEntities[];
  readonly readModels: readonly ModelConsumer[];
  readonly records: readonly string[];
}

export interface ModelConsumer {
  readonly name: string;
  readonly path?: string;
  readonly consumes: readonly string[];
}

export interface ModelDecider extends ModelConsumer {
  readonly ids: 'text' | 'position';
  /** As in `account:{id}`; absent where the events about a subject cannot be told by tags alone. */
  readonly tags?: readonly string[];
  readonly states: readonly unknown[];
  readonly commands: readonly ModelCommand[];
}

export interface ModelCommand {
  readonly name: string;
  readonly creates?: boolean;
  readonly path?: string;
  readonly input: JsonSchema;
  readonly records: readonly string[];
}

export interface ModelEntities extends ModelConsumer {
  readonly index: readonly string[];
  readonly hasPast: boolean;
  /** As in `order:{key}`. */
  readonly tag?: string;
}

let known: Model | undefined;
whenKeyChanges(() => {
  known = undefined;
});

/** What was answered last is shown at once when another screen is opened. */
export function useModel(): Asked<Model> {
  const asked = useAsked('model', async (signal) => {
    known = await ask<Model>('/model', { signal });
    return known;
  });
  return asked.value === undefined && known !== undefined ? { ...asked, value: known } : asked;
}

/** The path of a link without the prefix under which the API is served, as `leftfold/client` takes it: `accounts/a`. */
export function pathIn(link: string, prefix = settings.api): string {
  const within = prefix.replace(/\/$/, '');
  return (link.startsWith(`${within}/`) ? link.slice(within.length) : link).replace(/^\//, '');
}
