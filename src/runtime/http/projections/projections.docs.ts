/** OpenAPI of what operators can ask of projections, and do with them. */
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiCommandHeaders, ApiProblems, LOCATION_HEADER, POSITION_HEADER } from '../kernel/api-docs.js';

const POSITION = { type: 'integer', minimum: 0 };
const TIME = { type: 'string', format: 'date-time' };

const FAULT = {
  type: 'object',
  description: 'There only when it stopped',
  required: ['position', 'error', 'since'],
  properties: {
    position: POSITION,
    event: {
      type: 'object',
      description: 'Absent when no event was at fault',
      properties: { type: { type: 'string' }, revision: { type: 'integer' }, commit: { type: 'string' } },
    },
    error: { type: 'string', maxLength: 1000 },
    since: TIME,
  },
};

const DRIFT = {
  type: 'object',
  description:
    'There only when the last audit found what is kept, or live, to differ from what the log folds to',
  required: ['after', 'upTo', 'of'],
  properties: {
    after: { ...POSITION, description: 'Up to here everything agreed' },
    upTo: { ...POSITION, description: 'Here it did not' },
    of: { type: 'string', enum: ['snapshot', 'live state'], description: 'What differed there' },
  },
};

const COMMAND = {
  type: 'object',
  required: ['method', 'href'],
  properties: { method: { type: 'string', enum: ['POST'] }, href: { type: 'string' } },
};

const LINKS = ['self', 'state', 'machine', 'audit', 'rebuild'];
const COMMANDS = ['resume', 'audit', 'rebuild'];

const each = <Schema>(names: readonly string[], schema: Schema): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map((name) => [name, schema]));

const OVERVIEW = {
  name: { type: 'string' },
  status: { type: 'string', enum: ['recovering', 'following', 'resuming', 'faulted', 'stopped'] },
  position: { ...POSITION, description: 'How far the log is folded' },
  lag: {
    type: 'object',
    properties: {
      events: { type: 'integer', description: 'From there to the head' },
      seconds: { type: ['number', 'null'], description: 'The age of the first event that is not folded' },
    },
  },
  eventsPerSecond: { type: 'number', description: 'Consumed and folded, over the last ten seconds' },
  digest: {
    type: 'string',
    description: 'Equal where the same was folded; of one projection with the digest of its state',
    example: '20-ff6c2d2b3190c10d',
  },
  snapshots: {
    type: 'array',
    items: { type: 'object', properties: { position: POSITION, bytes: { type: 'integer' }, time: TIME } },
  },
  skipped: {
    type: 'array',
    items: POSITION,
    description: 'The positions of the events that are passed over',
  },
  fault: FAULT,
  drift: DRIFT,
  links: { type: 'object', required: LINKS, properties: each(LINKS, { type: 'string' }) },
  commands: {
    type: 'object',
    properties: each(COMMANDS, COMMAND),
    description: 'What can be done now; resume only when it has stopped',
  },
};

const schemaOf = (properties: object): never => ({ type: 'object', properties }) as never;

const NAME = ApiParam({ name: 'name', description: 'The name of a projection', schema: { type: 'string' } });
const NOT_FOUND = { 404: 'There is no such projection; the detail names those that there are' };

export function ApiOverview(): MethodDecorator {
  return applyDecorators(
    ApiTags('projections'),
    ApiOperation({ summary: 'How every projection is', operationId: 'projections' }),
    ApiResponse({
      status: 200,
      description: 'All projections of this process',
      headers: POSITION_HEADER,
      schema: schemaOf({
        head: POSITION,
        projections: { type: 'array', items: { type: 'object', properties: OVERVIEW } },
      }),
    }),
    ApiProblems({ 400: 'There is no such parameter' }),
  );
}

export function ApiDetails(): MethodDecorator {
  return applyDecorators(
    ApiTags('projections'),
    ApiOperation({ summary: 'How one projection is, and its machine', operationId: 'projection' }),
    NAME,
    ApiResponse({
      status: 200,
      description:
        'The projection; its digest is taken of the whole state, which takes a while when that is large',
      headers: POSITION_HEADER,
      schema: schemaOf({ ...OVERVIEW, machine: { type: 'string', description: 'As Mermaid text' } }),
    }),
    ApiProblems(NOT_FOUND),
  );
}

export function ApiMachine(): MethodDecorator {
  const content = { schema: { type: 'string', example: 'stateDiagram-v2\n  …' } };
  return applyDecorators(
    ApiTags('projections'),
    ApiOperation({ summary: 'The machine of a projection, as a diagram', operationId: 'projectionMachine' }),
    NAME,
    ApiHeader({ name: 'If-None-Match', required: false, description: 'An entity tag that is known already' }),
    ApiResponse({
      status: 200,
      description: 'Mermaid text',
      content: { 'text/vnd.mermaid': content, 'text/plain': content },
    }),
    ApiResponse({ status: 304, description: 'It is the one of If-None-Match' }),
    ApiProblems({ ...NOT_FOUND, 406: 'It can be had as text/vnd.mermaid or text/plain' }),
  );
}

export function ApiResume(): MethodDecorator {
  const status = { headers: POSITION_HEADER, schema: schemaOf(OVERVIEW) };
  return applyDecorators(
    ApiTags('projections'),
    ApiOperation({
      summary: 'Have a projection that stopped try again, or skip the event at which it stopped',
      operationId: 'resumeProjection',
    }),
    NAME,
    ApiCommandHeaders(),
    ApiBody({
      required: false,
      schema: {
        type: 'object',
        properties: {
          skip: { type: 'integer', minimum: 1, description: 'The position at which it stopped' },
          reason: { type: 'string', minLength: 1, maxLength: 1000 },
        },
      },
    }),
    ApiResponse({ status: 200, description: 'It tried again, and this is how it is now', ...status }),
    ApiResponse({
      status: 201,
      description: 'The skip is recorded, for every replay; this is how the projection is now',
      ...status,
      headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
    }),
    ApiProblems({
      ...NOT_FOUND,
      409: 'It has not stopped, or not at that event; position says where',
      415: 'Another media type',
      422: 'Something in the body is wrong; errors names each field',
    }),
  );
}
