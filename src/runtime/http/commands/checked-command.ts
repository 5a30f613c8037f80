/** Refuses at the start what a command's options (`http`) say and cannot be served. */
import type { AnyCommand } from '../../command/commands.js';
import { jsonSchemaOf } from '../../command/input-schema.js';
import { uuidV7 } from '../../command/subject-ids.js';
import type { JsonSchema } from '../kernel/api-schema.js';
import { parametersIn, requirePath } from './command-path.js';
import { httpOf, typesOf } from './command-request.js';

const STATUSES: readonly unknown[] = [200, 201, 202, 204];

interface InputObject {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/**
 * That what a command's options name are members of its input, and that they can be what the options make of them.
 *
 * @param where as in `decider order: command open`
 * @param subject the parameter that names the subject, where it has one
 * @throws Error that names the option and what would be right
 */
export function requireServable(command: AnyCommand, where: string, subject: string | undefined): void {
  const { path = '', location, makes, body } = httpOf(command);
  const parameters = parametersIn(path);
  requireMembers(command, where, parameters, subject);
  const repeated = [...parameters, ...(subject === undefined ? [] : [subject])].find(
    (name, index, all) => all.indexOf(name) < index,
  );
  if (repeated !== undefined) throw new Error(`${where}: its path has {${repeated}} twice`);
  if (makes !== undefined && parameters.includes(makes))
    throw new Error(`${where}: {${makes}} is in its path, so it is not made (http.makes)`);
  if (body !== undefined && (parameters.length > 0 || makes !== undefined))
    throw new Error(
      `${where}: http.body gives the whole input, so its path names no members, and none is made (http.makes)`,
    );
  if (makes !== undefined) requireMakeable(command, where, makes);
  if (location !== undefined) requireLocation(command, where, subject);
  requireAnswer(command, where);
}

function requireMembers(
  command: AnyCommand,
  where: string,
  parameters: readonly string[],
  subject: string | undefined,
): void {
  const { location, makes } = httpOf(command);
  if (location !== undefined) requirePath(location, `${where}: http.location`);
  const inLocation = parametersIn(location ?? '').filter((name) => name !== subject);
  const named = [
    ...parameters.map((name) => ['path', name] as const),
    ...(makes === undefined ? [] : [['makes', makes] as const]),
    ...inLocation.map((name) => ['location', name] as const),
  ];
  const { properties } = inputOf(command);
  const [first] = named;
  if (first !== undefined && properties === undefined)
    throw new Error(
      `${where}: http.${first[0]} names ${first[1]}, but its input's JSON schema lists no members (properties); give it one object, as of z.object, and no union or record`,
    );
  const unknown = named.find(([, name]) => !Object.hasOwn(properties ?? {}, name));
  if (unknown !== undefined)
    throw new Error(`${where}: http.${unknown[0]} names ${unknown[1]}, which is no member of its input`);
  const nested = named.find(([, name]) => !isScalar(properties?.[name]));
  if (nested !== undefined)
    throw new Error(
      `${where}: http.${nested[0]} names ${nested[1]}, which is an object or an array; a part of a URL is a text, a number or a boolean`,
    );
}

/** What says no type may be one. */
function isScalar(schema: JsonSchema | undefined): boolean {
  const types = typesOf(schema);
  return types.size === 0 || [...types].some((type) => type !== 'object' && type !== 'array');
}

/** A location whose member is absent would lead nowhere. */
function requireLocation(command: AnyCommand, where: string, subject: string | undefined): void {
  const { location = '', path = '', makes } = httpOf(command);
  const { properties = {}, required = [] } = inputOf(command);
  const known = [subject, makes, ...parametersIn(path), ...required];
  const absent = parametersIn(location).find(
    (name) => !known.includes(name) && !('default' in (properties[name] ?? {})),
  );
  if (absent !== undefined)
    throw new Error(
      `${where}: http.location names ${absent}, which an input need not have; make it required, or give it a default`,
    );
}

/** The member must take a UUID of version 7, or each request without one would be refused. */
function requireMakeable(command: AnyCommand, where: string, makes: string): void {
  const types = [...typesOf(inputOf(command).properties?.[makes])];
  const fault =
    types.length > 0 && !types.includes('string')
      ? `it is of type ${types.join(' or ')}`
      : faultOfSample(command, makes);
  if (fault !== undefined)
    throw new Error(
      `${where}: http.makes names ${makes}, which takes no UUID of version 7, as is made for it: ${fault}; let it be a text, as of z.string() or z.uuidv7()`,
    );
}

/** What its schema says of a made member; of one that answers later, or fails without the other members, nothing. */
function faultOfSample(command: AnyCommand, makes: string): string | undefined {
  const [example = {}] = command.examples ?? [];
  try {
    const validated = command.input['~standard'].validate({ ...(example as object), [makes]: uuidV7() });
    if (validated instanceof Promise) {
      validated.catch(() => undefined);
      return undefined;
    }
    return validated.issues?.find(({ path = [] }) => nameOf(path[0]) === makes)?.message;
  } catch {
    return undefined;
  }
}

function nameOf(part: PropertyKey | { readonly key: PropertyKey } | undefined): PropertyKey | undefined {
  return typeof part === 'object' ? part.key : part;
}

/** Code without types may give any status. */
function requireAnswer(command: AnyCommand, where: string): void {
  const { shows = false, many = false, answer, answerSchema, status = 201 } = httpOf(command);
  if (!STATUSES.includes(status))
    throw new Error(
      `${where}: http.status is ${String(status)}; what a command has recorded is answered with ${STATUSES.join(', ')}`,
    );
  if (shows && (many || answer !== undefined || status === 204))
    throw new Error(
      `${where} shows its subject (http.shows), so it takes no arrays and has no other answer (http.many, http.answer, http.status 204)`,
    );
  if (status === 204 && (answer !== undefined || answerSchema !== undefined))
    throw new Error(
      `${where} is answered with 204, which has no body, so it has no answer of its own (http.answer, http.answerSchema)`,
    );
}

function inputOf(command: AnyCommand): InputObject {
  return jsonSchemaOf(command.input);
}
