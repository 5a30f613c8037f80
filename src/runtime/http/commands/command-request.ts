/** Reads what a command is asked to do from a request: one input or several, and the ids that the client chose. */
import { FORM_TYPE, JSON_TYPE, NDJSON_TYPE } from '../kernel/bodies.js';
import type { JsonSchema } from '../kernel/api-schema.js';
import { parseExactJson } from '../kernel/exact-json.js';
import { InvalidBody, InvalidParameter, Problem, pointer, type Fault } from '../kernel/problem.js';
import type { AnyCommand, CommandHttp } from '../../command/commands.js';
import { MAX_FAULTS, jsonSchemaOf, validInput, validate } from '../../command/input-schema.js';
import { textIdFault, uuidV7, type SubjectIds } from '../../command/subject-ids.js';

/** Inputs of one array. The condition of its append has an item for each subject, and each is looked up in an index. */
const MAX_MANY = 1_000;

export interface CommandItem {
  /** The id that the client chose; undefined where there is none. */
  readonly id: unknown;
  readonly input: unknown;
  /** What the schema made the input of, without what was made here: a retry has the same, whatever the schema makes of it. */
  readonly unparsed: unknown;
  /** The text that was made here for the member that `makes` names; undefined where the client sent one. */
  readonly made: string | undefined;
}

export interface CommandRequest {
  readonly many: boolean;
  readonly inputs: readonly unknown[];
  /** Of each input: what the schema made it of, without what was made here. */
  readonly unparsed: readonly unknown[];
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
  /** Members of the input that the URL has, as texts. */
  readonly urlMembers?: Readonly<Record<string, string>>;
}

/**
 * @throws InvalidParameter for a member that the URL has
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
    // One request may be written in several ways, which the schema reads as one.
    return { many: isMany, inputs, unparsed: inputs, ids: none, made: none };
  }
  if (!many || !Array.isArray(body)) {
    const item = await readItem(command, orEmpty(command, body), options, []);
    if ('faults' in item) throw new InvalidBody(item.faults);
    return { many: false, ...listed([item]) };
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
  return { many: true, ...listed(items) };
}

function listed(items: readonly CommandItem[]): Omit<CommandRequest, 'many'> {
  return {
    inputs: items.map(({ input }) => input),
    unparsed: items.map(({ unparsed }) => unparsed),
    ids: items.map(({ id }) => id),
    made: items.map(({ made }) => made),
  };
}

/** No body is an empty object where the schema describes an object, so that its faults name the fields that are missing. */
function orEmpty(command: AnyCommand, body: unknown): unknown {
  return body === undefined && jsonSchema(command).type === 'object' ? {} : body;
}

async function readItem(
  command: AnyCommand,
  sent: unknown,
  { isForm, ids, urlMembers = {} }: CommandRequestOptions,
  path: readonly PropertyKey[],
): Promise<CommandItem | { readonly faults: readonly Fault[] }> {
  const { properties = {} } = jsonSchema(command);
  let unparsed = isForm && isObject(sent) ? fromTexts(sent, properties) : sent;
  let id: unknown;
  if (ids !== undefined && isObject(unparsed) && (Object.hasOwn(unparsed, 'id') || ids.make === undefined)) {
    const { id: chosen, ...rest } = unparsed;
    const read = readId(ids, chosen);
    if ('fault' in read) return { faults: [{ pointer: pointer([...path, 'id']), detail: read.fault }] };
    ({ id } = read);
    if (!Object.hasOwn(properties, 'id')) unparsed = rest; // otherwise the schema wants it, too
  }
  let made: string | undefined;
  if (isObject(unparsed)) {
    const body = unparsed;
    const twice = Object.keys(urlMembers).find((name) => Object.hasOwn(body, name));
    if (twice !== undefined)
      return { faults: [{ pointer: pointer([...path, twice]), detail: `the URL says ${twice} already` }] };
    const { makes } = httpOf(command);
    if (makes !== undefined && !Object.hasOwn(body, makes)) made = uuidV7();
    unparsed = { ...body, ...fromTexts(urlMembers, properties) };
  }
  const result = await validate(command.input, withMade(command, unparsed, made), path);
  if (!('faults' in result)) return { id, input: result.value, unparsed, made };
  for (const name of Object.keys(urlMembers)) {
    const fault = result.faults.find((each) => each.pointer === pointer([...path, name]));
    if (fault !== undefined) throw new InvalidParameter(name, fault.detail);
  }
  return result;
}

/** What the schema is given: what was sent, and what was made here. */
export function withMade(command: AnyCommand, unparsed: unknown, made: string | undefined): unknown {
  const { makes } = httpOf(command);
  return makes === undefined || made === undefined ? unparsed : { ...(unparsed as object), [makes]: made };
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
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

const jsonSchemas = new WeakMap<AnyCommand, ObjectSchema>();

function jsonSchema(command: AnyCommand): ObjectSchema {
  const known = jsonSchemas.get(command) ?? jsonSchemaOf(command.input);
  jsonSchemas.set(command, known);
  return known;
}

/**
 * Forms and URLs have texts only. What the schema wants as a number or a boolean, and not as a text as well, is read as JSON has it: `1.50` and
 * `1e3` are numbers, `01` and `+1` are none.
 */
function fromTexts(
  texts: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, JsonSchema>>,
): Readonly<Record<string, unknown>> {
  const read = (name: string, text: unknown): unknown => {
    const types = typesOf(Object.hasOwn(properties, name) ? properties[name] : undefined);
    if (typeof text !== 'string' || types.has('string')) return text;
    const isNumber = (types.has('integer') || types.has('number')) && JSON_NUMBER.test(text);
    const isBoolean = types.has('boolean') && (text === 'true' || text === 'false');
    return isNumber || isBoolean ? parseExactJson(text) : text;
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, read(name, text)]));
}

/** RFC 8259, section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Those of all alternatives of a schema. */
export function typesOf(schema: JsonSchema | undefined): ReadonlySet<unknown> {
  const {
    type,
    anyOf = [],
    oneOf = [],
  } = (schema ?? {}) as {
    readonly type?: unknown;
    readonly anyOf?: readonly JsonSchema[];
    readonly oneOf?: readonly JsonSchema[];
  };
  const alternatives = [...anyOf, ...oneOf].flatMap((each) => [...typesOf(each)]);
  return new Set([...(type === undefined ? [] : [type]), ...alternatives]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
