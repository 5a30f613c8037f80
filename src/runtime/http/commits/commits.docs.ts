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
import { commitQueryBody } from './commit-requests.js';

const LOG_HEADERS = {
  'Leftfold-Log': z
    .string()
    .describe('The log that the request is for; a server of another one refuses it')
    .optional(),
};

const ANSWER_HEADERS = { ...POSITION_HEADER, 'Leftfold-Log': z.string().describe('The identity of the log') };

const ANOTHER_LOG = 'The server keeps another log than the request names';

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
    problems: {
      400: 'A parameter is wrong',
      406: 'None of the accepted media types can be had',
      409: ANOTHER_LOG,
    },
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
    problems: { 404: 'Nothing was', 409: ANOTHER_LOG, 422: 'This can be no commit id' },
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
    problems: {
      400: 'The body cannot be read',
      406: 'None of the accepted media types can be had',
      409: ANOTHER_LOG,
      415: 'Not JSON',
      422: 'Something in the body is wrong; errors names each field',
    },
  });
}

export function ApiAppendCommits(): MethodDecorator {
  return ApiEndpoint({
    tag: 'commits',
    summary: 'Append commits, each by itself, in order',
    id: 'appendCommits',
    headers: LOG_HEADERS,
    consumes: [NEW_COMMITS_TYPE],
    body: newCommitBody.describe('One commit a line, in JSON, up to 1,024 of them'),
    answers: {
      200: {
        description:
          'For each commit a line, in order: what was recorded, and is safe from power loss, or the problem that kept it from being recorded',
        headers: ANSWER_HEADERS,
        body: { 'application/x-ndjson': appendAnswer },
      },
    },
    problems: {
      409: ANOTHER_LOG,
      413: 'More than 64 MiB',
      415: `Not ${NEW_COMMITS_TYPE}`,
      422: 'A commit is wrong, and nothing was recorded; errors names the line, from 0, and the field',
      503: 'Too many appends wait, and nothing was recorded',
    },
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
    problems: {
      400: 'A parameter or header is wrong',
      409: ANOTHER_LOG,
      503: 'The log has another past than the client knows, or its store is away',
    },
  });
}
