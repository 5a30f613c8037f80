/** The problems of an endpoint in OpenAPI: each status with an example of every type, made by the error that is answered. */
import { z } from 'zod';
import { schemaOf, type Schema } from './api-schema.js';
import { ForeignOrigin, MisdirectedRequest } from './origin-policy.js';
import { MalformedRequest } from './parameters.js';
import { documentOf, type ProblemDocument } from './problem-document.js';
import { Problem } from './problem.js';

/** What any request may be refused with, before or beside what its endpoint does. */
const OF_ANY_REQUEST: readonly Error[] = [
  new MalformedRequest(
    'The URL has a % that does not begin the percent-encoding of UTF-8, as in %C3%A9 for é.',
  ),
  new ForeignOrigin('Origin', 'null'),
  new MisdirectedRequest('other.example'),
  new Error('a defect'),
];

export interface ProblemResponse {
  readonly status: number | 'default';
  readonly description: string;
  readonly headers: Readonly<Record<string, Schema>>;
  readonly content: Record<string, { readonly schema: never; readonly examples: Record<string, Example> }>;
}

interface Example {
  readonly summary: string;
  readonly value: ProblemDocument;
}

/** A response for each status of the problems, and `default` for what else any request may be refused with. */
export function problemResponses(problems: readonly Error[]): readonly ProblemResponse[] {
  const statuses = new Map<number | 'default', Error[]>();
  for (const problem of problems) {
    const { status } = documentOf(problem);
    statuses.set(status, [...(statuses.get(status) ?? []), problem]);
  }
  for (const problem of OF_ANY_REQUEST) {
    const { status } = documentOf(problem);
    const key = statuses.has(status) ? status : 'default';
    statuses.set(key, [...(statuses.get(key) ?? []), problem]);
  }
  return [...statuses].map(([status, examples]) => responseOf(status, examples));
}

function responseOf(status: number | 'default', problems: readonly Error[]): ProblemResponse {
  const documents = problems.map(documentOf);
  const titles = [...new Set(documents.map(({ title }) => title))];
  return {
    status,
    description: status === 'default' ? `Any request: ${titles.join('; ')}` : titles.join('; '),
    headers: headersOf(problems),
    content: {
      'application/problem+json': {
        schema: schemaOf(problemDocument),
        examples: Object.fromEntries(
          documents.map((value) => [value.type.replace(/^.*:/, ''), { summary: value.title, value }]),
        ),
      },
    },
  };
}

function headersOf(problems: readonly Error[]): Readonly<Record<string, Schema>> {
  const isRetried = problems.map((each) => each instanceof Problem && each.retryAfter !== undefined);
  return {
    'Leftfold-Position': z.int().min(0).describe('How far the log has come, where that is told').optional(),
    ...(isRetried.includes(true) && {
      'Retry-After': isRetried.includes(false) ? retryAfter.optional() : retryAfter,
    }),
  };
}

const retryAfter = z.int().min(1).describe('Seconds after which the same request may succeed');

/** RFC 9457. Some types have further members. */
const problemDocument = z
  .looseObject({
    type: z.string().describe('Stable; tells the kinds of problem apart'),
    title: z.string().describe('The same for every problem of the type'),
    status: z.int(),
    detail: z.string().describe('What happened, and what would be right'),
    errors: z
      .array(
        z
          .object({
            detail: z.string(),
            pointer: z.string().describe('The field of the body, as a JSON pointer: #/amount').optional(),
            parameter: z.string().describe('The parameter of the URL').optional(),
            header: z.string().describe('The header').optional(),
          })
          .meta({ title: 'ProblemFault' }),
      )
      .optional(),
  })
  .meta({ title: 'Problem' });
