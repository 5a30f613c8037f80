/** OpenAPI of the query endpoints. */
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ApiQueryOptions, QUERY_HEADERS } from '../../http/api-docs.js';

const PROBLEMS = {
  400: 'A parameter or header is wrong',
  503: 'The state asked for is not there yet; Retry-After says when to ask again',
};

export function ApiProjection(name: string): MethodDecorator {
  return applyDecorators(
    ApiTags(name),
    ApiOperation({ summary: `The state of ${name}`, operationId: name }),
    ApiQueryOptions(),
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
    ApiQueryOptions(),
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
