/** OpenAPI of the numbers context. */
import { z } from 'zod';
import { CommandContended, CommitIdReused, position } from '../../runtime/index.js';
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
  NDJSON_TYPE,
  POSITION_HEADER,
  READING_PROBLEMS,
  apiCommand,
  apiTime,
  bodyProblems,
  type Problem,
} from '../../runtime/http/index.js';
import { NumberAlreadyRetracted, NumberNotFound } from './number.decider.js';
import { reasonBody, sentInteger, sentNumbers } from './number-body.js';
import { CANONICAL_INTEGER } from './numbers.events.js';

const PATH = {
  position: z
    .int()
    .min(1)
    .meta({ description: 'The position that recording the number answered with', example: 1 }),
};

const RECORDED = { ...POSITION_HEADER, ...LOCATION_HEADER };

const UNKNOWN_PARAMETER = new InvalidParameter('value', 'There is no parameter value; there are none here.');

function commandProblems(accepted: readonly string[], wrong: InvalidBody): readonly Problem[] {
  return [
    UNKNOWN_PARAMETER,
    new InvalidHeader('Idempotency-Key', 'A key is 1 to 200 printable ASCII characters, best a UUID.'),
    ...bodyProblems(accepted),
    wrong,
    new CommitIdReused(),
    ...APPENDING_PROBLEMS,
  ];
}

const NO_NUMBER = 'the number is missing: send an integer, as in 5 or "12345678901234567890"';

const sentText = z.string().regex(CANONICAL_INTEGER);

const apiReason = reasonBody.meta({ title: 'Reason', example: { reason: 'a slip' } });

const value = z.string().meta({ description: 'In canonical decimal', example: '5' });

export function ApiRecord(): MethodDecorator {
  return ApiEndpoint({
    tag: 'numbers',
    summary: 'Record one number, or up to 10,000 in one commit',
    id: 'recordNumbers',
    headers: COMMAND_HEADERS,
    body: {
      [JSON_TYPE]: sentNumbers,
      [NDJSON_TYPE]: z.string().meta({
        description: 'A number a line, as for JSON',
        example: '{"value": 5}\n"12345678901234567890"\n',
      }),
      [FORM_TYPE]: z.object({ value: sentText }).meta({ title: 'NumberForm', example: { value: '5' } }),
    },
    answers: {
      201: {
        description:
          'Recorded, and safe from power loss: {position, value} for one, {first, last} for an array',
        headers: RECORDED,
        body: z.union([
          z.object({ position: z.int().min(1), value }).meta({ title: 'RecordedNumber' }),
          z.object({ first: z.int().min(1), last: z.int().min(1) }).meta({ title: 'RecordedNumbers' }),
        ]),
      },
    },
    problems: commandProblems(
      [JSON_TYPE, NDJSON_TYPE, FORM_TYPE],
      new InvalidBody([{ detail: NO_NUMBER, pointer: '#/value' }]),
    ),
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
        body: z
          .object({
            position: z.int().min(1),
            value,
            time: apiTime,
            state: z.enum(['recorded', 'retracted']),
            retraction: z.object({ position: z.int().min(1), time: apiTime, reason: z.string() }).optional(),
            commands: z.record(z.string(), apiCommand),
          })
          .meta({ title: 'Number' }),
      },
    },
    problems: [UNKNOWN_PARAMETER, new NumberNotFound('9'), ...READING_PROBLEMS],
  });
}

export function ApiRetract(): MethodDecorator {
  return ApiEndpoint({
    tag: 'numbers',
    summary: 'Retract a number, for good',
    id: 'retractNumber',
    path: PATH,
    headers: COMMAND_HEADERS,
    body: { [JSON_TYPE]: apiReason, [FORM_TYPE]: apiReason },
    answers: {
      201: {
        description: 'Retracted',
        headers: RECORDED,
        body: z
          .object({ position: z.int().min(1), number: z.int().min(1), reason: z.string() })
          .meta({ title: 'RecordedRetraction' }),
      },
    },
    problems: [
      new NumberNotFound('9'),
      new NumberAlreadyRetracted(position(1), {
        recorded: undefined,
        retraction: { position: position(2), time: '', reason: '' },
      }),
      new CommandContended('1000 commands wait for the same subject; try again later.'),
      ...commandProblems(
        [JSON_TYPE, FORM_TYPE],
        new InvalidBody([{ detail: 'say why the number is retracted, as text', pointer: '#/reason' }]),
      ),
    ],
  });
}

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
        headers: RECORDED,
        body: z.array(sentInteger),
      },
    },
    problems: commandProblems(
      [FORM_TYPE, JSON_TYPE],
      new InvalidBody([{ detail: NO_NUMBER, pointer: '#/event' }]),
    ),
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
