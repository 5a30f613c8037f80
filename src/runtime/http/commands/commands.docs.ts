/** OpenAPI of commands and subjects. */
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { AnyCommand } from '../../command/commands.js';
import { jsonSchemaOf } from '../../command/input-schema.js';
import {
  ApiEndpoint,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  schemaOf,
  type Schema,
} from '../kernel/api-docs.js';
import { NDJSON_TYPE } from '../kernel/bodies.js';
import { acceptedBy } from './command-request.js';
import type { AnyDecision, NamedCommand, ServedDecider } from './served.js';

type JsonSchema = Readonly<Record<string, unknown>>;

const POSITION: JsonSchema = { type: 'integer', minimum: 0 };

const REFUSED = {
  400: 'The request cannot be read',
  409: 'The state does not allow it; the type of the problem says why',
  413: 'More than 1 MiB',
  415: 'Another media type',
  422: 'Something in the body is wrong; errors names each field',
};

/** @param options `isCreation`: whether the subject is created, and named by the body */
export function apiCommand(
  { decider, path, creating }: ServedDecider,
  { name, command }: NamedCommand,
  { isCreation }: { readonly isCreation: boolean },
): MethodDecorator {
  const { ids } = decider;
  const takesId = isCreation && ids.kind === 'text';
  const noun = title(decider.name);
  return applyDecorators(
    ApiEndpoint({
      tag: path,
      summary: command.summary ?? `${sentence(name)} ${decider.name}`,
      id: `${name}${noun}${!isCreation && name === creating?.name ? 'As' : ''}`,
      headers: COMMAND_HEADERS,
      answers: {},
      problems: isCreation ? REFUSED : { ...REFUSED, 404: `There is no such ${decider.name}` },
    }),
    ...(isCreation ? [] : [idParameter(decider.ids)]),
    ...bodyOf(command, takesId ? ids.schema : undefined),
    recorded(command, {
      type: 'object',
      properties: { [ids.parameter]: ids.schema, position: POSITION },
    }),
  );
}

export function apiSubject({ decider, path, commands, creating }: ServedDecider): MethodDecorator {
  const { ids, http } = decider;
  const viewSchema = http === false ? undefined : http.viewSchema;
  const link = {
    type: 'object',
    required: ['method', 'href'],
    properties: { method: { type: 'string', enum: ['POST'] }, href: { type: 'string' } },
  };
  const names = commands.filter(({ name }) => name !== creating?.name).map(({ name }) => name);
  const links = {
    type: 'object',
    description: 'Those that are possible now; whether it allows an input shows when it is sent',
    properties: Object.fromEntries(names.map((name) => [name, link])),
  };
  const shown = viewSchema === undefined ? standardView(ids) : jsonSchemaOf(viewSchema);
  return applyDecorators(
    ApiEndpoint({
      tag: path,
      summary: `One ${decider.name}, and what can be done with it now`,
      id: `find${title(decider.name)}`,
      answers: {},
      problems: { 404: `There is no such ${decider.name}` },
    }),
    idParameter(ids),
    ApiResponse({
      status: 200,
      description: 'As the log has it now',
      headers: headersOf(POSITION_HEADER),
      content: json({ ...shown, properties: { ...(shown['properties'] as object), commands: links } }),
    }),
  );
}

export function apiDecision(decision: AnyDecision): MethodDecorator {
  const { name } = decision;
  const command = decision.command as AnyCommand;
  return applyDecorators(
    ApiEndpoint({
      tag: name,
      summary: command.summary ?? sentence(name),
      id: name,
      headers: COMMAND_HEADERS,
      answers: {},
      problems: { ...REFUSED, 404: 'One of the subjects is not there' },
    }),
    ...bodyOf(command, undefined),
    recorded(command, { type: 'object', properties: { first: POSITION, last: POSITION } }),
  );
}

function bodyOf(command: AnyCommand, idSchema: JsonSchema | undefined): readonly MethodDecorator[] {
  const input = jsonSchemaOf(command.input);
  const { many = false } = command.http === false ? {} : (command.http ?? {});
  const one: JsonSchema =
    idSchema === undefined || 'id' in ((input['properties'] as object | undefined) ?? {})
      ? input
      : {
          ...input,
          properties: {
            id: {
              ...idSchema,
              description: 'An id of your own; without it one is made: a UUID of version 7',
            },
            ...(input['properties'] as object | undefined),
          },
        };
  const schema = (many ? { oneOf: [one, { type: 'array', items: one }] } : one) as never;
  const examples = Object.fromEntries(
    (command.examples ?? []).map((value, index) => [`example ${index + 1}`, { value }]),
  );
  const isOptional =
    Object.keys(input).includes('properties') &&
    (input['required'] as unknown[] | undefined)?.length === undefined;
  return [
    ApiConsumes(...acceptedBy(command).filter((type) => type !== NDJSON_TYPE || many)),
    ApiBody({ required: !isOptional, schema, ...(command.examples && { examples }) }),
  ];
}

function recorded(command: AnyCommand, standard: JsonSchema): MethodDecorator {
  const { answerSchema } = command.http === false ? {} : (command.http ?? {});
  return ApiResponse({
    status: 201,
    description: 'Recorded, and safe from power loss',
    headers: headersOf({ ...POSITION_HEADER, ...LOCATION_HEADER }),
    content: json(answerSchema === undefined ? standard : jsonSchemaOf(answerSchema)),
  });
}

function standardView(ids: { readonly parameter: string; readonly schema: JsonSchema }): JsonSchema {
  return {
    type: 'object',
    required: [ids.parameter, 'state', 'commands'],
    properties: { [ids.parameter]: ids.schema, state: { description: 'The state of its machine' } },
  };
}

function idParameter(ids: { readonly parameter: string; readonly schema: JsonSchema }): MethodDecorator {
  return ApiParam({ name: ids.parameter, required: true, schema: ids.schema });
}

function headersOf(headers: Readonly<Record<string, Schema>>): Record<string, never> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, schema]) => {
      const { description = '', ...described } = schemaOf(schema) as {
        readonly description?: string;
      };
      return [name, { description, schema: described } as never];
    }),
  );
}

function json(schema: JsonSchema): Record<string, { readonly schema: never }> {
  return { 'application/json': { schema: schema as never } };
}

function title(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function sentence(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
