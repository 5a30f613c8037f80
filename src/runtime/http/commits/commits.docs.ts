/** OpenAPI of the log as it is stored. */
import { z } from 'zod';
import {
  ApiEndpoint,
  POSITION_HEADER,
  apiPosition,
  apiTime,
  preferHeader,
  type Answer,
} from '../kernel/api-docs.js';
import { COMMITS_TYPE } from '../../event-log/commits/commit-frames.js';
import { NEW_COMMITS_TYPE, appendAnswer, newCommitBody } from '../../event-log/commits/new-commit-lines.js';
import { InvalidValue, LogWentBack } from '../../event-log/errors.js';
import { APPENDING_PROBLEMS, READING_PROBLEMS } from '../events/log-problems.js';
import { JSON_TYPE, NDJSON_TYPE, bodyProblems } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidBody, InvalidHeader, InvalidParameter } from '../kernel/problem.js';
import { commitQueryBody } from './commit-requests.js';
import { NoSuchCommit } from './no-such-commit.js';
import { AnotherLog } from './same-log.js';

const LOG_HEADERS = {
  'Leftfold-Log': z
    .string()
    .describe('The log that the request is for; a server of another one refuses it')
    .optional(),
};

const ANSWER_HEADERS = { ...POSITION_HEADER, 'Leftfold-Log': z.string().describe('The identity of the log') };

const ANOTHER_LOG = new AnotherLog('0b0a5c6e', '9d3f7a12');
const NOT_ACCEPTABLE = new NotAcceptable([NDJSON_TYPE, COMMITS_TYPE]);
const UNKNOWN_PARAMETER = new InvalidParameter('x', 'There is no parameter x; there are none here.');
const WRONG_PARAMETER = new InvalidParameter(
  'after',
  `after must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, as in ?after=0`,
);

const commitsAnswer: Answer = {
  description: `Whole commits up to the head. As ${COMMITS_TYPE}: each as a length of four bytes, big-endian, and the stored bytes; four zero bytes tell that nothing is missing`,
  headers: ANSWER_HEADERS,
  body: {
    'application/x-ndjson': z.string(),
    [COMMITS_TYPE]: z.string().meta({ format: 'binary' }),
  },
};

export function ApiCommits(): MethodDecorator {
  return ApiEndpoint({
    tag: 'commits',
    summary: 'The log as it is stored, up to where its head stands now',
    id: 'readCommits',
    headers: LOG_HEADERS,
    query: {
      after: apiPosition.describe('Only commits that end after it').optional(),
      through: apiPosition.describe('Only commits that begin up to it').optional(),
    },
    answers: { 200: commitsAnswer },
    problems: [WRONG_PARAMETER, NOT_ACCEPTABLE, ANOTHER_LOG, ...READING_PROBLEMS],
  });
}

export function ApiCommit(): MethodDecorator {
  return ApiEndpoint({
    tag: 'commits',
    summary: 'What was recorded under a commit id',
    path: { id: z.string().describe('Percent-encoded: most have a slash') },
    headers: LOG_HEADERS,
    answers: {
      200: {
        description: 'The commit, without its events',
        headers: ANSWER_HEADERS,
        body: z.object({
          id: z.string(),
          first: z.int().min(1),
          last: z.int().min(1),
          time: apiTime,
          fingerprint: z.string().optional(),
        }),
      },
    },
    problems: [
      UNKNOWN_PARAMETER,
      new NoSuchCommit('orders/1'),
      new InvalidValue('A commit id is 1 to 255 printable ASCII characters.'),
      ANOTHER_LOG,
      ...READING_PROBLEMS,
    ],
  });
}

export function ApiQueryCommits(): MethodDecorator {
  return ApiEndpoint({
    tag: 'commits',
    summary: 'The commits that hold an event that matches a query',
    id: 'queryCommits',
    headers: LOG_HEADERS,
    body: commitQueryBody,
    answers: { 200: commitsAnswer },
    problems: [
      UNKNOWN_PARAMETER,
      ...bodyProblems([JSON_TYPE]),
      new InvalidBody([{ pointer: '#/query', detail: 'a list of at least one item' }]),
      NOT_ACCEPTABLE,
      ANOTHER_LOG,
      ...READING_PROBLEMS,
    ],
  });
}

export function ApiAppendCommits(): MethodDecorator {
  return ApiEndpoint({
    tag: 'commits',
    summary: 'Append commits, each by itself, in order',
    id: 'appendCommits',
    headers: LOG_HEADERS,
    body: { [NEW_COMMITS_TYPE]: newCommitBody.describe('One commit a line, in JSON, up to 1,024 of them') },
    answers: {
      200: {
        description:
          'For each commit a line, in order: what was recorded, and is safe from power loss, or the problem that kept it from being recorded',
        headers: ANSWER_HEADERS,
        body: { 'application/x-ndjson': appendAnswer },
      },
    },
    problems: [
      UNKNOWN_PARAMETER,
      ...bodyProblems([NEW_COMMITS_TYPE]),
      new InvalidBody([{ pointer: '#/0/id', detail: 'a commit id' }]),
      ANOTHER_LOG,
      ...APPENDING_PROBLEMS,
    ],
  });
}

export function ApiHead(): MethodDecorator {
  return ApiEndpoint({
    tag: 'commits',
    summary: 'Where the log ends',
    id: 'readHead',
    headers: { ...LOG_HEADERS, ...preferHeader('the head to stand after that position') },
    query: {
      after: apiPosition.describe('What to wait for, with Prefer: wait').optional(),
      known: z
        .string()
        .describe(
          'A commit that was read: the position where it ends, a dot, and its hash. 503 when the log does not hold it',
        )
        .optional(),
    },
    answers: {
      200: {
        description:
          'The head, wherever it stands when the wait is over; status is there when something keeps the log from taking appends',
        headers: ANSWER_HEADERS,
        body: z.object({
          log: z.string(),
          position: apiPosition,
          status: z.object({ code: z.string(), detail: z.string() }).optional(),
        }),
      },
    },
    problems: [
      WRONG_PARAMETER,
      new InvalidHeader('Prefer', 'wait must be a whole number of seconds, as in: Prefer: wait=5'),
      new LogWentBack(9, 7),
      ANOTHER_LOG,
      ...READING_PROBLEMS,
    ],
  });
}
