/** Describes an endpoint in OpenAPI, with its schemas derived from zod's and its problems from the errors themselves. */
import { applyDecorators } from '@nestjs/common';
import {
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { problemResponses } from './api-problems.js';
import { schemaOf, type Schema } from './api-schema.js';
import { JSON_TYPE } from './bodies.js';
import { MAX_KEY_LENGTH, MAX_WAIT_SECONDS } from './headers.js';

/** The schema of JSON; for other media types each has its own. */
export type Content = Schema | Readonly<Record<string, Schema>>;

export interface Answer {
  readonly description: string;
  /** Those whose schema is optional are not in every answer. */
  readonly headers?: Readonly<Record<string, Schema>>;
  readonly body?: Content;
}

/** What an operation of the document is; a part of a document that is of one application. */
export const LEFTFOLD_EXTENSION = 'x-leftfold';

/** Each with the name of what it is of, as its author gave it. */
export type DescribedEndpoint =
  | {
      readonly kind: 'command';
      readonly decider: string;
      readonly command: string;
      /** Whether a subject is created, so that the path does not name one. */
      readonly creates: boolean;
    }
  | { readonly kind: 'subject'; readonly decider: string }
  | { readonly kind: 'decision'; readonly decision: string }
  | { readonly kind: 'projection' | 'list' | 'entity'; readonly projection: string };

export interface Endpoint {
  readonly tag: string;
  readonly summary: string;
  /** What it is, for programs that generate code from the document. */
  readonly is?: DescribedEndpoint;
  /** Default: made of the names of controller and method. */
  readonly id?: string;
  readonly path?: Readonly<Record<string, Schema>>;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly headers?: Readonly<Record<string, Schema>>;
  /** Optional where each of its schemas is. A schema's `example`, or the first of its `examples`, is what `/docs` sends. */
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Answer>>;
  /** One of each kind that it refuses with, as an example. Those that any request may be refused with are added. */
  readonly problems?: readonly Error[];
}

export function ApiEndpoint(endpoint: Endpoint): MethodDecorator {
  const { tag, summary, id, is, body, answers, problems = [] } = endpoint;
  return applyDecorators(
    ApiTags(tag),
    ...(is === undefined ? [] : [ApiExtension(LEFTFOLD_EXTENSION, is)]),
    ApiOperation({
      summary,
      ...(id !== undefined && { operationId: id }),
      ...(body !== undefined && {
        requestBody: { required: Object.values(contentOf(body)).some(isRequired), content: mediaTypes(body) },
      }),
    }),
    ...named(endpoint.path).map((each) => ApiParam(each)),
    ...named(endpoint.query).map((each) => ApiQuery(each)),
    ...named(endpoint.headers).map((each) => ApiHeader(each)),
    ...Object.entries(answers).map(([status, { description, headers, body: content }]) =>
      ApiResponse({
        status: Number(status),
        description,
        ...(headers && { headers: headersOf(headers) }),
        ...(content !== undefined && { content: mediaTypes(content) }),
      }),
    ),
    ...problemResponses(problems).map(({ headers, ...response }) =>
      ApiResponse({ ...response, headers: headersOf(headers) }),
    ),
  );
}

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: never;
}

function named(parameters: Readonly<Record<string, Schema>> = {}): readonly Parameter[] {
  return Object.entries(parameters).map(([name, schema]) => ({ name, ...parameterOf(schema) }));
}

function headersOf(headers: Readonly<Record<string, Schema>>): Record<string, Omit<Parameter, 'name'>> {
  return Object.fromEntries(Object.entries(headers).map(([name, schema]) => [name, parameterOf(schema)]));
}

function parameterOf(schema: Schema): Omit<Parameter, 'name'> {
  const { description = '', ...described } = schemaOf(schema) as { readonly description?: string };
  return { required: isRequired(schema), description, schema: described as never };
}

function contentOf(body: Content): Readonly<Record<string, Schema>> {
  return body instanceof z.ZodType ? { [JSON_TYPE]: body } : body;
}

interface MediaType {
  readonly schema: never;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

function mediaTypes(body: Content): Record<string, MediaType> {
  return Object.fromEntries(
    Object.entries(contentOf(body)).map(([type, schema]) => [type, mediaType(schema)]),
  );
}

/** A schema of OpenAPI 3.0 has one example at most; several belong to the media type. */
function mediaType(given: Schema): MediaType {
  const { examples = [], ...schema } = schemaOf(given) as { readonly examples?: readonly unknown[] };
  if (examples.length === 0) return { schema: schema as never };
  const named = examples.map((value, index) => [`example ${index + 1}`, { value }] as const);
  return { schema: schema as never, examples: Object.fromEntries(named) };
}

const isRequired = (schema: Schema): boolean => !schema.safeParse(undefined).success;

/** From 0, which is before the first event. */
export const apiPosition = z.int().min(0);

export const apiTime = z.string().meta({ format: 'date-time' });

export const POSITION_HEADER = {
  'Leftfold-Position': apiPosition.describe('The position in the log that the answer is true of'),
};

export const LOCATION_HEADER = { Location: z.string().describe('Where the result can be seen') };

const identifier = z
  .string()
  .min(1)
  .max(MAX_KEY_LENGTH)
  .describe('Recorded in the events’ metadata')
  .optional();

/** What every command takes beside its body. */
export const COMMAND_HEADERS = {
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(MAX_KEY_LENGTH)
    .describe(
      'Makes a retry safe: it is answered as the first request was, for ever. With another body: 422.',
    )
    .optional(),
  'X-Correlation-Id': identifier,
  'X-Causation-Id': identifier,
};

/** @param until what is waited for */
export function preferHeader(until: string): Readonly<Record<string, Schema>> {
  return {
    Prefer: z
      .string()
      .meta({
        description: `How many seconds to wait for ${until}, at most ${MAX_WAIT_SECONDS}; without it the answer comes at once`,
        example: 'wait=5',
      })
      .optional(),
  };
}

/** Of an answer that was waited for. */
export const WAITED_HEADER = {
  'Preference-Applied': z
    .string()
    .meta({ description: 'How long the request waited at most', example: 'wait=5' })
    .optional(),
};

export const CACHE_HEADERS = {
  'If-None-Match': z.string().describe('An entity tag that is known already').optional(),
};

export const ENTITY_TAG = z.string().regex(/^"[^"]+"$/);

export const QUERY_HEADERS = {
  ...POSITION_HEADER,
  ...WAITED_HEADER,
  ETag: ENTITY_TAG.meta({
    description: 'The position, and a digest of log, machine and state',
    example: '"7.pQ2cV1kYL5qlQUzB"',
  }),
  'Leftfold-Stale': apiPosition
    .describe(
      'There only when the projection stopped (the position of the event that it cannot fold), or while the log cannot be read (the position of the state)',
    )
    .optional(),
};
