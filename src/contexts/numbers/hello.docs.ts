/** OpenAPI of the hello-world protocol. */
import { z } from 'zod';
import { CommitIdReused } from '../../runtime/index.js';
import {
  APPENDING_PROBLEMS,
  ApiEndpoint,
  COMMAND_HEADERS,
  FORM_TYPE,
  InvalidBody,
  InvalidHeader,
  InvalidParameter,
  JSON_TYPE,
  LOCATION_HEADER,
  POSITION_HEADER,
  READING_PROBLEMS,
  bodyProblems,
} from '../../runtime/http/index.js';
import { sentInteger } from './number-body.js';
import { CANONICAL_INTEGER } from './numbers.events.js';

const NO_NUMBER = 'the number is missing: send an integer, as in 5 or "12345678901234567890"';

const sentText = z.string().regex(CANONICAL_INTEGER);

export function ApiPush(): MethodDecorator {
  return ApiEndpoint({
    tag: 'hello world',
    summary: 'Record one number and see the newest 1,000',
    id: 'push',
    headers: COMMAND_HEADERS,
    body: {
      [FORM_TYPE]: z.object({ event: sentText }).meta({ title: 'PushForm', example: { event: '5' } }),
      [JSON_TYPE]: z.object({ event: sentInteger }).meta({ title: 'Push', example: { event: 5 } }),
    },
    answers: {
      201: {
        description: 'The newest values, this one last',
        headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
        body: z.array(sentInteger),
      },
    },
    problems: [
      new InvalidParameter('value', 'There is no parameter value; there are none here.'),
      new InvalidHeader('Idempotency-Key', 'A key is 1 to 200 printable ASCII characters, best a UUID.'),
      ...bodyProblems([FORM_TYPE, JSON_TYPE]),
      new InvalidBody([{ detail: NO_NUMBER, pointer: '#/event' }]),
      new CommitIdReused(),
      ...APPENDING_PROBLEMS,
    ],
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
    problems: [
      new InvalidParameter('limit', `limit must be a whole number from 1 to ${maxNewest}, as in ?limit=1`),
      ...READING_PROBLEMS,
    ],
  });
}
