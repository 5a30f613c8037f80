/** OpenAPI of the query endpoints. */
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ApiQueryOptions, QUERY_HEADERS } from '../kernel/api-docs.js';

const PROBLEMS = {
  400: 'A parameter or header is wrong',
  404: 'The position of at is after the head of the log, which the problem names',
  503: 'The state asked for is not there yet, cannot be folded, or too many ask for the past; Retry-After says when to ask again',
};

/** What every query takes, of now or of the past. */
function ApiAnyQueryOptions(): MethodDecorator {
  return applyDecorators(
    ApiQueryOptions(),
    ApiQuery({
      name: 'at',
      required: false,
      description:
        'The state as it was: after the event at this position, or after the last event that was recorded at this time or before it. Not together with after',
      schema: {
        oneOf: [
          { type: 'integer', minimum: 0 },
          { type: 'string', format: 'date-time' },
        ],
      },
    }),
  );
}

export function ApiProjection(name: string): MethodDecorator {
  return applyDecorators(
    ApiTags(name),
    ApiOperation({ summary: `The state of ${name}`, operationId: name }),
    ApiAnyQueryOptions(),
    ApiResponse({
      status: 200,
      description: `What ${name} has folded from the log`,
      headers: QUERY_HEADERS,
      schema: {
        type: 'object',
        required: ['position'],
        properties: { position: { type: 'integer', description: 'How far the log is folded' } },
        additionalProperties: true,
      },
    }),
    ApiResponse({ status: 304, description: 'Nothing new since the entity tag of If-None-Match' }),
    ApiProblems(PROBLEMS),
  );
}

export function ApiTextQuery(name: string, summary: string, example: string): MethodDecorator {
  return applyDecorators(
    ApiTags(name),
    ApiOperation({ summary }),
    ApiAnyQueryOptions(),
    ApiResponse({
      status: 200,
      description: summary,
      headers: QUERY_HEADERS,
      content: { 'text/plain': { schema: { type: 'string', example } } },
    }),
    ApiResponse({ status: 304, description: 'Nothing new since the entity tag of If-None-Match' }),
    ApiProblems(PROBLEMS),
  );
}
