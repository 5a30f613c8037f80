/** Describes an endpoint in OpenAPI, with its schemas derived from zod's. */
import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';

/** Of an answer: it may have more members than are named. */
/** A zod schema that describes JSON. */
export type Schema = z.ZodType;

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Schema>>;
  /** Of JSON; for other media types each has its own. */
  readonly body?: Schema | Readonly<Record<string, Schema>>;
}

export interface Endpoint {
  readonly tag: string;
  readonly summary: string;
  /** Default: made of the names of controller and method. */
  readonly id?: string;
  readonly path?: Readonly<Record<string, Schema>>;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly headers?: Readonly<Record<string, Schema>>;
  /** Optional where the schema is. */
  readonly body?: Schema;
  /** Media types of the body, when it is not JSON alone. */
  readonly consumes?: readonly string[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** The statuses that it refuses with, each with the reason in words. */
  readonly problems?: Readonly<Record<number, string>>;
}

export function ApiEndpoint(endpoint: Endpoint): MethodDecorator {
  const { tag, summary, id, body, consumes = [], answers, problems = {} } = endpoint;
  return applyDecorators(
    ApiTags(tag),
    ApiOperation({ summary, ...(id !== undefined && { operationId: id }) }),
    ...named(endpoint.path).map((each) => ApiParam(each)),
    ...named(endpoint.query).map((each) => ApiQuery(each)),
    ...named(endpoint.headers).map((each) => ApiHeader(each)),
    ...(consumes.length > 0 ? [ApiConsumes(...consumes)] : []),
    ...(body === undefined ? [] : [ApiBody({ required: isRequired(body), schema: schemaOf(body) })]),
    ...Object.entries(answers).map(([status, { body: content, ...answer }]) =>
      ApiResponse({
        status: Number(status),
        description: answer.description,
        ...(answer.headers && { headers: mapValues(answer.headers, headerOf) }),
        ...(content !== undefined && {
          content: mapValues(contentOf(content), (schema) => ({ schema: schemaOf(schema) })),
        }),
      }),
    ),
    ApiProblems(problems),
  );
}

/** The statuses that an endpoint refuses with, each with the reason in words. */
export function ApiProblems(problems: Readonly<Record<number, string>>): MethodDecorator {
  const content = { 'application/problem+json': { schema: schemaOf(problemDocument) } };
  return applyDecorators(
    ...Object.entries(problems).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, content }),
    ),
  );
}

/** What zod says of a JSON value, as OpenAPI 3.0 has it. */
export function schemaOf(schema: Schema): never {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as never;
}

interface NamedParameter {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: never;
}

function named(parameters: Readonly<Record<string, Schema>> = {}): readonly NamedParameter[] {
  return Object.entries(parameters).map(([name, schema]) => ({
    name,
    required: isRequired(schema),
    ...headerOf(schema),
  }));
}

function headerOf(schema: Schema): { readonly description: string; readonly schema: never } {
  const { description = '', ...described } = schemaOf(schema) as { readonly description?: string };
  return { description, schema: described as never };
}

function contentOf(body: Schema | Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return body instanceof z.ZodType ? { 'application/json': body } : body;
}

const isRequired = (schema: Schema): boolean => !schema.safeParse(undefined).success;

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
}

const problemDocument = z.object({
  type: z.string().meta({
    description: 'Stable; tells the kinds of problem apart',
    example: 'urn:leftfold:problem:invalid-body',
  }),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What happened, and what would be right'),
  errors: z
    .array(
      z.object({
        detail: z.string(),
        pointer: z
          .string()
          .meta({ description: 'The field of the body, as a JSON pointer', example: '#/amount' })
          .optional(),
        parameter: z.string().optional(),
        header: z.string().optional(),
      }),
    )
    .optional(),
});

/** From 0, which is before the first event. */
export const apiPosition = z.int().min(0);

export const apiTime = z.string().meta({ format: 'date-time' });

export const POSITION_HEADER = {
  'Leftfold-Position': apiPosition.describe('The position in the log that the answer is true of'),
};

export const LOCATION_HEADER = { Location: z.string().describe('Where the result can be seen') };

/** What every command takes beside its body. */
export const COMMAND_HEADERS = {
  'Idempotency-Key': z
    .string()
    .max(200)
    .describe(
      'Makes a retry safe: it is answered as the first request was, for ever. With another body: 422.',
    )
    .optional(),
  'X-Correlation-Id': z.string().describe('Recorded in the events’ metadata').optional(),
  'X-Causation-Id': z.string().describe('Recorded in the events’ metadata').optional(),
};

/** @param until what is waited for */
export function preferHeader(until: string): Readonly<Record<string, Schema>> {
  return {
    Prefer: z
      .string()
      .meta({
        description: `How many seconds to wait for ${until}, at most 60; without it the answer comes at once`,
        example: 'wait=5',
      })
      .optional(),
  };
}

export const CACHE_HEADERS = {
  'If-None-Match': z.string().describe('An entity tag that is known already').optional(),
};

export const QUERY_HEADERS = {
  ...POSITION_HEADER,
  ETag: z.string().meta({
    description: 'The position, and a digest of log, machine and state',
    example: '"7.pQ2cV1kYL5qlQUzB"',
  }),
  'Leftfold-Stale': z
    .union([apiPosition, z.string()])
    .describe(
      'There only when the projection stopped (the position of the event that it cannot fold), or while the log cannot be read (why: store-unavailable)',
    ),
};
