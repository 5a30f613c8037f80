/** Reads what a command is asked to do from a request: one input or several, and the ids that the client chose. */
import { FORM_TYPE, JSON_TYPE, NDJSON_TYPE } from '../kernel/bodies.js';
import { InvalidBody, InvalidParameter, Problem, pointer, type Fault } from '../kernel/problem.js';
import type { Json } from '../../event-log/event.js';
import type { AnyCommand, CommandHttp } from '../../command/commands.js';
import { MAX_FAULTS, jsonSchemaOf, validInput, validate } from '../../command/input-schema.js';
import { textIdFault, uuidV7, type SubjectIds } from '../../command/subject-ids.js';

/** Inputs of one array. The condition of its append has an item for each subject, and each is looked up in an index. */
const MAX_MANY = 1_000;

export interface CommandItem {
  /** The id that the client chose; undefined where there is none. */
  readonly id: unknown;
  readonly input: unknown;
  /** The text that was made here for the member that `makes` names; undefined where the client sent one. */
  readonly made: string | undefined;
}

export interface CommandRequest {
  readonly many: boolean;
  readonly inputs: readonly unknown[];
  /** Of each input. */
  readonly ids: readonly unknown[];
  /** Of each input: what was made here for the member that `makes` names. */
  readonly made: readonly (string | undefined)[];
}

/** How the command is served; of one that is not, nothing. */
export function httpOf({ http }: AnyCommand): CommandHttp<unknown, unknown> {
  return http === false ? {} : (http ?? {});
}

export function acceptedBy(command: AnyCommand): readonly string[] {
  const { accepts = [JSON_TYPE], forms = false, many = false } = httpOf(command);
  return [...new Set([...accepts, ...(many ? [NDJSON_TYPE] : []), ...(forms ? [FORM_TYPE] : [])])];
}

export interface CommandRequestOptions {
  /** Whether the body came as a form, of texts only. */
  readonly isForm: boolean;
  /** Given where the member `id` of an input names the subject that it creates. */
  readonly ids?: SubjectIds<unknown>;
  /** Members of the input that the URL says. */
  readonly said?: Readonly<Record<string, string>>;
}

/**
 * @throws InvalidParameter for what the URL says
 * @throws InvalidBody that names each field at fault, the first twenty of them
 */
export async function readCommand(
  command: AnyCommand,
  body: unknown,
  options: CommandRequestOptions,
): Promise<CommandRequest> {
  const { many = false, maxMany = MAX_MANY, plural = 'inputs', body: schema } = httpOf(command);
  if (schema !== undefined) {
    const read = await validInput(schema, body);
    const isMany = many && Array.isArray(read);
    const inputs: readonly unknown[] = isMany ? read : [read];
    const none = inputs.map(() => undefined);
    return { many: isMany, inputs, ids: none, made: none };
  }
  if (!many || !Array.isArray(body)) {
    const { id, input, made } = taken(await readItem(command, orEmpty(command, body), options, []));
    return { many: false, inputs: [input], ids: [id], made: [made] };
  }
  if (body.length === 0 || body.length > maxMany) {
    const detail = `one commit takes 1 to ${maxMany} ${plural}, not ${body.length}`;
    throw new InvalidBody([{ pointer: pointer([]), detail }]);
  }
  const items: CommandItem[] = [];
  const faults: Fault[] = [];
  for (const [index, each] of body.entries()) {
    const item = await readItem(command, each, { ...options, isForm: false }, [index]);
    if ('faults' in item) faults.push(...item.faults);
    else items.push(item);
    if (faults.length >= MAX_FAULTS) break;
  }
  if (faults.length > 0) throw new InvalidBody(faults.slice(0, MAX_FAULTS));
  return {
    many: true,
    inputs: items.map(({ input }) => input),
    ids: items.map(({ id }) => id),
    made: items.map(({ made }) => made),
  };
}

/** No body is an empty object where the schema describes an object, so that its faults name the fields that are missing. */
function orEmpty(command: AnyCommand, body: unknown): unknown {
  return body === undefined && jsonSchema(command).type === 'object' ? {} : body;
}

function taken(item: CommandItem | { readonly faults: readonly Fault[] }): CommandItem {
  if ('faults' in item) throw new InvalidBody(item.faults);
  return item;
}

async function readItem(
  command: AnyCommand,
  given: unknown,
  { isForm, ids, said = {} }: CommandRequestOptions,
  path: readonly PropertyKey[],
): Promise<CommandItem | { readonly faults: readonly Fault[] }> {
  const { properties = {} } = jsonSchema(command);
  let value = isForm && isObject(given) ? fromForm(given, properties) : given;
  let id: unknown;
  if (ids !== undefined && isObject(value) && (Object.hasOwn(value, 'id') || ids.make === undefined)) {
    const { id: chosen, ...rest } = value;
    const read = readId(ids, chosen);
    if ('fault' in read) return { faults: [{ pointer: pointer([...path, 'id']), detail: read.fault }] };
    ({ id } = read);
    if (!Object.hasOwn(properties, 'id')) value = rest; // otherwise the schema wants it, too
  }
  const { makes } = httpOf(command);
  let made: string | undefined;
  if (isObject(value)) {
    const twice = Object.keys(said).find((name) => Object.hasOwn(value as object, name));
    if (twice !== undefined)
      return { faults: [{ pointer: pointer([...path, twice]), detail: `the URL says ${twice} already` }] };
    if (makes !== undefined && !Object.hasOwn(value, makes)) made = uuidV7();
    value = {
      ...value,
      ...fromForm(said, properties),
      ...(makes !== undefined && made !== undefined && { [makes]: made }),
    };
  }
  const result = await validate(command.input, value, path);
  if (!('faults' in result)) return { id, input: result.value, made };
  for (const name of Object.keys(said)) {
    const fault = result.faults.find((each) => each.pointer === pointer([...path, name]));
    if (fault !== undefined) throw new InvalidParameter(name, fault.detail);
  }
  return result;
}

/** As in a URL, so that whatever is created can be found. */
function readId(
  { read }: SubjectIds<unknown>,
  chosen: unknown,
): { readonly id: unknown } | { readonly fault: string } {
  const fault = textIdFault(chosen);
  if (fault !== undefined) return { fault };
  try {
    return { id: read(chosen as string) };
  } catch (error) {
    if (error instanceof Problem) return { fault: error.detail };
    throw error;
  }
}

interface ObjectSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

const jsonSchemas = new WeakMap<AnyCommand, ObjectSchema>();

function jsonSchema(command: AnyCommand): ObjectSchema {
  const known = jsonSchemas.get(command) ?? jsonSchemaOf(command.input);
  jsonSchemas.set(command, known);
  return known;
}

/** A form has texts only: those that the schema wants as numbers or booleans are read as JSON has them. */
function fromForm(
  form: Readonly<Record<string, unknown>>,
  properties: NonNullable<ObjectSchema['properties']>,
): Readonly<Record<string, Json>> {
  const read = (name: string, text: unknown): Json => {
    const type = Object.hasOwn(properties, name) ? properties[name]?.type : undefined;
    if ((type === 'integer' || type === 'number') && isExactNumber(String(text))) return Number(text);
    if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
    return text as Json;
  };
  return Object.fromEntries(Object.entries(form).map(([name, text]) => [name, read(name, text)]));
}

function isExactNumber(text: string): boolean {
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text);
  return isNumber && String(Number(text)) === text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
