/** OpenAPI of the questions about a projection's past. */
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, POSITION_HEADER } from '../kernel/api-docs.js';
import { MAX_EXCLUDED, MAX_POINTS } from './past-request.js';

const POSITION = { type: 'integer', minimum: 0 } as const;
const VIEW = { type: 'object', additionalProperties: true } as const;

const PROBLEMS = {
  400: 'A parameter is wrong',
  404: 'A position is after the head of the log, which the problem names',
  503: 'An event up to there cannot be folded, or too many ask for the past; Retry-After says when to ask again',
};

export function ApiHistory(name: string): MethodDecorator {
  return applyDecorators(
    ApiTags(name),
    ApiOperation({
      summary: `How ${name} came about: its states at a series of positions`,
      operationId: `${name}-history`,
    }),
    ApiQuery({
      name: 'from',
      required: false,
      description: 'The first position. Default: 0',
      schema: POSITION,
    }),
    ApiQuery({
      name: 'to',
      required: false,
      description: 'No point is after it. Default: the head',
      schema: POSITION,
    }),
    ApiQuery({
      name: 'step',
      required: false,
      description: `So many positions lie between two points. Default: as few as give at most ${MAX_POINTS} points`,
      schema: { type: 'integer', minimum: 1 },
    }),
    ApiResponse({
      status: 200,
      description: `At most ${MAX_POINTS} points; next is there when it took too long to find all of them`,
      headers: POSITION_HEADER,
      schema: {
        type: 'object',
        required: ['points'],
        properties: {
          points: {
            type: 'array',
            maxItems: MAX_POINTS,
            items: {
              type: 'object',
              required: ['position'],
              properties: { position: POSITION, time: { type: 'string', format: 'date-time' } },
              additionalProperties: true,
            },
          },
          next: { type: 'string', description: 'Where the rest of the points can be had' },
        },
      },
    }),
    ApiProblems(PROBLEMS),
  );
}

export function ApiWhatIf(name: string): MethodDecorator {
  return applyDecorators(
    ApiTags(name),
    ApiOperation({
      summary: `What ${name} would be had some events not been; nothing is recorded`,
      operationId: `${name}-what-if`,
    }),
    ApiQuery({
      name: 'without',
      required: true,
      description: `The positions of the events, separated by commas; at most ${MAX_EXCLUDED}`,
      schema: { type: 'string', example: '17,18' },
    }),
    ApiQuery({
      name: 'at',
      required: false,
      description: 'As of which position or time. Default: the head',
      schema: { oneOf: [POSITION, { type: 'string', format: 'date-time' }] },
    }),
    ApiResponse({
      status: 200,
      description: 'Both states as of the same position',
      headers: POSITION_HEADER,
      schema: {
        type: 'object',
        required: ['position', 'without', 'is', 'wouldBe'],
        properties: {
          position: POSITION,
          without: { type: 'array', items: POSITION },
          is: VIEW,
          wouldBe: VIEW,
        },
      },
    }),
    ApiProblems({ ...PROBLEMS, 422: 'Without those events, one of the others cannot be folded' }),
  );
}
