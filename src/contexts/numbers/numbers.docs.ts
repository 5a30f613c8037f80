/** OpenAPI of the numbers context. */
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  ApiCommandHeaders,
  ApiProblems,
  LOCATION_HEADER,
  POSITION_HEADER,
} from '../../runtime/http/kernel/api-docs.js';
import { CANONICAL_INTEGER } from './numbers.events.js';

const INTEGER = {
  oneOf: [
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'string', pattern: CANONICAL_INTEGER.source },
  ],
  example: 5,
};

const VALUE = { type: 'object', required: ['value'], properties: { value: INTEGER } };

const POSITION = ApiParam({
  name: 'position',
  description: 'The position that recording the number answered with',
  schema: { type: 'integer', minimum: 1 },
});

const REFUSED = {
  400: 'The body cannot be read',
  413: 'More than 1 MiB',
  415: 'Another media type',
  422: 'Something in the body is wrong; errors names each field',
};

export function ApiRecord(): MethodDecorator {
  return applyDecorators(
    ApiTags('numbers'),
    ApiOperation({
      summary: 'Record one number, or up to 10,000 in one commit',
      operationId: 'recordNumbers',
    }),
    ApiCommandHeaders(),
    ApiConsumes('application/json', 'application/x-ndjson', 'application/x-www-form-urlencoded'),
    ApiBody({
      schema: {
        oneOf: [VALUE, { type: 'array', minItems: 1, maxItems: 10_000, items: { oneOf: [VALUE, INTEGER] } }],
      } as never,
    }),
    ApiResponse({
      status: 201,
      description:
        'Recorded, and safe from power loss: {position, value} for one, {first, last} for an array',
      headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
      schema: {
        type: 'object',
        properties: {
          position: { type: 'integer' },
          value: { type: 'string' },
          first: { type: 'integer' },
          last: { type: 'integer' },
        },
      },
    }),
    ApiProblems(REFUSED),
  );
}

export function ApiNumber(): MethodDecorator {
  return applyDecorators(
    ApiTags('numbers'),
    ApiOperation({ summary: 'One number, and what can be done with it now', operationId: 'findNumber' }),
    POSITION,
    ApiResponse({
      status: 200,
      description: 'The number',
      headers: POSITION_HEADER,
      schema: {
        type: 'object',
        properties: {
          position: { type: 'integer' },
          value: { type: 'string' },
          time: { type: 'string', format: 'date-time' },
          state: { type: 'string', enum: ['recorded', 'retracted'] },
          retraction: {
            type: 'object',
            properties: {
              position: { type: 'integer' },
              time: { type: 'string', format: 'date-time' },
              reason: { type: 'string' },
            },
          },
          commands: { type: 'object', additionalProperties: { type: 'object' } },
        },
      },
    }),
    ApiProblems({ 404: 'There is no number at this position' }),
  );
}

export function ApiRetract(): MethodDecorator {
  return applyDecorators(
    ApiTags('numbers'),
    ApiOperation({ summary: 'Retract a number, for good', operationId: 'retractNumber' }),
    ApiCommandHeaders(),
    POSITION,
    ApiBody({
      schema: {
        type: 'object',
        required: ['reason'],
        properties: { reason: { type: 'string', minLength: 1, maxLength: 1000 } },
      },
    }),
    ApiResponse({
      status: 201,
      description: 'Retracted',
      headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
      schema: {
        type: 'object',
        properties: {
          position: { type: 'integer' },
          number: { type: 'integer' },
          reason: { type: 'string' },
        },
      },
    }),
    ApiProblems({ 404: 'There is no number at this position', 409: 'It is already retracted', ...REFUSED }),
  );
}

export function ApiPush(): MethodDecorator {
  return applyDecorators(
    ApiTags('hello world'),
    ApiOperation({ summary: 'Record one number and see the newest 1,000', operationId: 'push' }),
    ApiCommandHeaders(),
    ApiConsumes('application/x-www-form-urlencoded', 'application/json'),
    ApiBody({ schema: { type: 'object', required: ['event'], properties: { event: INTEGER } } as never }),
    ApiResponse({
      status: 201,
      description: 'The newest values, this one last',
      headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
      schema: { type: 'array', items: INTEGER },
    }),
    ApiProblems(REFUSED),
  );
}

export function ApiLog(): MethodDecorator {
  return applyDecorators(
    ApiTags('hello world'),
    ApiOperation({ summary: 'The newest 1,000 values that were recorded, oldest first', operationId: 'log' }),
    ApiResponse({
      status: 200,
      description: 'Values beyond safe integers are strings',
      headers: POSITION_HEADER,
      schema: { type: 'array', items: INTEGER },
    }),
  );
}
