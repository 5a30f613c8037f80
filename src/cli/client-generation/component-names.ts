/** The names of the types of a document's schemas, and which of them are used. */
import { isObject, type SchemaNames } from './schema-types.js';

/** What the module has beside them, or takes from TypeScript. */
const TAKEN = [
  'Client',
  'ClientEvent',
  'ClientOptions',
  'Takes',
  'Server',
  'Record',
  'Readonly',
  'createClient',
  'createAnyClient',
];

const PREFIX = '#/components/schemas/';

export class ComponentNames implements SchemaNames {
  readonly #names: ReadonlyMap<string, string>;
  readonly #used = new Set<string>();

  readonly #taken = new Set(TAKEN);

  constructor(private readonly schemas: Readonly<Record<string, unknown>>) {
    this.#names = new Map(
      Object.keys(schemas)
        .toSorted()
        .map((component) => [component, unique(identifier(component), this.#taken)]),
    );
  }

  nameOf(reference: string): string | undefined {
    const component = componentIn(reference);
    if (component === undefined || !Object.hasOwn(this.schemas, component)) return undefined;
    if (this.#isCircular(component)) return undefined;
    this.#used.add(component);
    return this.#names.get(component);
  }

  /** A name that nothing else has. */
  freshName(text: string): string {
    return unique(identifier(text), this.#taken);
  }

  /** Calls for each component that is used, also by another one, in the order of their names. */
  eachUsed(emit: (name: string, schema: unknown) => string): readonly string[] {
    const emitted = new Map<string, string>();
    for (;;) {
      const next = [...this.#used].find((component) => !emitted.has(component));
      if (next === undefined) break;
      emitted.set(next, '');
      emitted.set(next, emit(this.#names.get(next) ?? next, this.schemas[next]));
    }
    return [...emitted].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
  }

  /** Whether it stands for itself, without an object or array between, which TypeScript does not take. */
  #isCircular(component: string): boolean {
    const seen = new Set<string>();
    const open = [...referencesOf(this.schemas[component])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === component) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...referencesOf(this.schemas[next]));
    }
    return false;
  }
}

function componentIn(reference: unknown): string | undefined {
  if (typeof reference !== 'string' || !reference.startsWith(PREFIX)) return undefined;
  return reference.slice(PREFIX.length).replaceAll('~1', '/').replaceAll('~0', '~');
}

function referencesOf(schema: unknown, depth = 0): readonly string[] {
  if (!isObject(schema) || depth > 64) return [];
  const reference = componentIn(schema['$ref']);
  if (reference !== undefined) return [reference];
  return ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const all = schema[keyword];
    return Array.isArray(all) ? all.flatMap((each) => referencesOf(each, depth + 1)) : [];
  });
}

/** In Pascal case: `Entity-tasks` is `EntityTasks`. */
function identifier(text: string): string {
  const name = text
    .split(/[^A-Za-z0-9_$]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  return /^[A-Za-z_$]/.test(name) ? name : `Type${name}`;
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}${number}`;
  taken.add(free);
  return free;
}
