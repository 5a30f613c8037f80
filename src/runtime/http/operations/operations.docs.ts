/** OpenAPI of audits and rebuilds. */
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, LOCATION_HEADER } from '../kernel/api-docs.js';

const JOB_STATUS = {
  type: 'object' as const,
  required: ['projection', 'status'],
  properties: {
    projection: { type: 'string' as const },
    status: { type: 'string' as const, enum: ['never', 'waiting', 'running', 'done', 'failed'] },
    position: { type: 'integer' as const, description: 'How far it has come' },
    through: { type: 'integer' as const, description: 'How far it has to go; grows with the log' },
    rate: { type: 'integer' as const, description: 'Events a second' },
    remaining: { type: 'integer' as const, description: 'Seconds' },
    reason: { type: 'string' as const, description: 'Why it failed' },
  },
  additionalProperties: true,
};

const PROBLEMS = { 400: 'A parameter or header is wrong', 404: 'There is no such projection' };

export function ApiStartJob(kind: string, summary: string): MethodDecorator {
  return applyDecorators(
    ApiTags('projections'),
    ApiOperation({ summary, operationId: `${kind}Projection` }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: 'How many seconds to wait for its end, at most 60; without it the answer comes at once',
      schema: { type: 'string', example: 'wait=5' },
    }),
    ApiResponse({ status: 200, description: 'It has ended', headers: LOCATION_HEADER, schema: JOB_STATUS }),
    ApiResponse({
      status: 202,
      description: 'It is under way, as Location tells; asked for twice, it is done once',
      headers: LOCATION_HEADER,
      schema: JOB_STATUS,
    }),
    ApiProblems(PROBLEMS),
  );
}

export function ApiJobStatus(kind: string, summary: string): MethodDecorator {
  return applyDecorators(
    ApiTags('projections'),
    ApiOperation({ summary, operationId: `${kind}Standing` }),
    ApiResponse({ status: 200, description: summary, schema: JOB_STATUS }),
    ApiProblems(PROBLEMS),
  );
}
