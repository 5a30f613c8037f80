/** OpenAPI of the numbers context. */
import { z } from 'zod';
import {
  ApiEndpoint,
  COMMAND_HEADERS,
  FORM_TYPE,
  JSON_TYPE,
  LOCATION_HEADER,
  NDJSON_TYPE,
  POSITION_HEADER,
  apiTime,
} from '../../runtime/http/index.js';
import { reasonBody, sentInteger, sentNumbers } from './number-body.js';

const PATH = {
  position: z.int().min(1).describe('The position that recording the number answered with'),
};

const RECORDED = { ...POSITION_HEADER, ...LOCATION_HEADER };

const REFUSED = {
  400: 'The body cannot be read',
  413: 'More than 1 MiB',
  415: 'Another media type',
  422: 'Something in the body is wrong; errors names each field',
};

export function ApiRecord(): MethodDecorator {
  return ApiEndpoint({
    tag: 'numbers',
    summary: 'Record one number, or up to 10,000 in one commit',
    id: 'recordNumbers',
    headers: COMMAND_HEADERS,
    consumes: [JSON_TYPE, NDJSON_TYPE, FORM_TYPE],
    body: sentNumbers,
    answers: {
      201: {
        description:
          'Recorded, and safe from power loss: {position, value} for one, {first, last} for an array',
        headers: RECORDED,
        body: z.union([
          z.object({ position: z.int(), value: z.string() }),
          z.object({ first: z.int(), last: z.int() }),
        ]),
      },
    },
    problems: REFUSED,
  });
}

export function ApiNumber(): MethodDecorator {
  return ApiEndpoint({
    tag: 'numbers',
    summary: 'One number, and what can be done with it now',
    id: 'findNumber',
    path: PATH,
    answers: {
      200: {
        description: 'The number',
        headers: POSITION_HEADER,
        body: z.object({
          position: z.int(),
          value: z.string(),
          time: apiTime,
          state: z.enum(['recorded', 'retracted']),
          retraction: z.object({ position: z.int(), time: apiTime, reason: z.string() }).optional(),
          commands: z.record(z.string(), z.object({ method: z.literal('POST'), href: z.string() })),
        }),
      },
    },
    problems: { 404: 'There is no number at this position' },
  });
}

export function ApiRetract(): MethodDecorator {
  return ApiEndpoint({
    tag: 'numbers',
    summary: 'Retract a number, for good',
    id: 'retractNumber',
    path: PATH,
    headers: COMMAND_HEADERS,
    body: reasonBody,
    answers: {
      201: {
        description: 'Retracted',
        headers: RECORDED,
        body: z.object({ position: z.int(), number: z.int(), reason: z.string() }),
      },
    },
    problems: { 404: 'There is no number at this position', 409: 'It is already retracted', ...REFUSED },
  });
}

export function ApiPush(): MethodDecorator {
  return ApiEndpoint({
    tag: 'hello world',
    summary: 'Record one number and see the newest 1,000',
    id: 'push',
    headers: COMMAND_HEADERS,
    consumes: [FORM_TYPE, JSON_TYPE],
    body: z.object({ event: sentInteger }),
    answers: {
      201: {
        description: 'The newest values, this one last',
        headers: RECORDED,
        body: z.array(sentInteger),
      },
    },
    problems: REFUSED,
  });
}

export function ApiLog(maxNewest: number): MethodDecorator {
  return ApiEndpoint({
    tag: 'hello world',
    summary: 'All values that were recorded, oldest first, or the newest of them',
    id: 'log',
    query: {
      limit: z.int().min(1).max(maxNewest).optional().describe('Only so many of the newest'),
    },
    answers: {
      200: {
        description: 'Values beyond safe integers are strings',
        headers: POSITION_HEADER,
        body: z.array(sentInteger),
      },
    },
    problems: { 400: 'The limit is none' },
  });
}
