/** OpenAPI of what a command is given: the members of its path, and its body. */
import { z } from 'zod';
import type { AnyCommand } from '../../command/commands.js';
import { jsonSchemaOf } from '../../command/input-schema.js';
import { uuidV7, type SubjectIds } from '../../command/subject-ids.js';
import { schemaFrom, type JsonSchema, type Schema } from '../kernel/api-schema.js';
import { FORM_TYPE, NDJSON_TYPE } from '../kernel/bodies.js';
import { parametersIn } from './command-path.js';
import { acceptedBy, httpOf } from './command-request.js';

/** Of the members of the input that are in the path. */
export function pathMembers(command: AnyCommand, path: string): Readonly<Record<string, Schema>> {
  const properties = propertiesOf(jsonSchemaOf(command.input));
  const [example = {}] = (command.examples ?? []) as readonly JsonSchema[];
  return Object.fromEntries(
    parametersIn(path).map((name) => [
      name,
      schemaFrom({ ...properties[name], ...(name in example && { example: example[name] }) }),
    ]),
  );
}

/** The input without what the path says, and with what is made where it is absent as optional. */
function inputOf(command: AnyCommand, path: string): JsonSchema {
  const input = jsonSchemaOf(command.input);
  const said = parametersIn(path);
  const { makes } = httpOf(command);
  if (said.length === 0 && makes === undefined) return input;
  const { required, ...rest } = input as { readonly required?: readonly string[] };
  const needed = (required ?? []).filter((name) => name !== makes && !said.includes(name));
  const properties = Object.entries(propertiesOf(input)).filter(([name]) => !said.includes(name));
  return {
    ...rest,
    ...(needed.length > 0 && { required: needed }),
    properties: Object.fromEntries(
      properties.map(([name, schema]) => [
        name,
        name === makes ? { ...schema, description: 'Without it one is made: a UUID of version 7' } : schema,
      ]),
    ),
  };
}

function withoutMembers(value: unknown, names: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => !names.includes(name)));
}

/** @param given `ids` where the body names the subject by its member `id`; `path` with the members that it does not have */
export function bodyOf(
  id: string,
  command: AnyCommand,
  { ids, path = '' }: { readonly ids?: SubjectIds<unknown>; readonly path?: string },
): Readonly<Record<string, Schema>> {
  const { many = false, body } = httpOf(command);
  const input = inputOf(command, path);
  const isOptional = input['type'] === 'object' && input['required'] === undefined;
  // An input that needs no members has an example without them.
  const said = parametersIn(path);
  const given = command.examples ?? (isOptional ? [{}] : []);
  const inputs = said.length === 0 ? given : given.map((each) => withoutMembers(each, said));
  const isNamed = ids !== undefined && !Object.hasOwn(propertiesOf(input), 'id');
  const examples = isNamed ? inputs.map((each) => ({ id: ids.example, ...(each as object) })) : inputs;
  const one = { title: sentence(id), ...(isNamed ? withId(input, ids) : input) };
  const several = many ? { oneOf: [one, { type: 'array', items: one }] } : one;
  const json = schemaFrom(body === undefined ? { ...several, examples } : jsonSchemaOf(body), { isOptional });
  const lines = examples.map((each) => JSON.stringify(each)).join('\n');
  const schemas = new Map([
    [NDJSON_TYPE, z.string().meta({ description: 'One a line, as for JSON', examples: [lines] })],
    [FORM_TYPE, schemaFrom({ ...one, examples }, { isOptional })],
  ]);
  return Object.fromEntries(acceptedBy(command).map((type) => [type, schemas.get(type) ?? json]));
}

export function propertiesOf({ properties = {} }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return properties as Readonly<Record<string, JsonSchema>>;
}

function withId(input: JsonSchema, { schema, make }: SubjectIds<unknown>): JsonSchema {
  const required = [...((input['required'] as readonly string[] | undefined) ?? []), 'id'];
  const description =
    make === uuidV7
      ? 'An id of your own; without it one is made: a UUID of version 7'
      : `An id of your own${make === undefined ? '' : '; without it one is made'}`;
  return {
    ...input,
    ...(make === undefined && { required }),
    properties: { id: { ...schema, description }, ...propertiesOf(input) },
  };
}

export function sentence(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
