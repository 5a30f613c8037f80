/** OpenAPI of what the log and the projections take. */
import { z } from 'zod';
import { READING_PROBLEMS } from '../events/log-problems.js';
import { ApiEndpoint, POSITION_HEADER, apiPosition } from '../kernel/api-docs.js';
import { InvalidParameter } from '../kernel/problem.js';

const storage = z
  .object({
    log: z
      .object({
        kind: z.enum(['memory', 'lmdb', 'postgres', 'remote', 'other']),
        identity: z.string().describe('Differs from that of every other log'),
        head: apiPosition,
        hash: z.string().describe('Of the last commit; absent when there is none').optional(),
        bytes: z.int().describe('On the disk, where the store can tell').optional(),
        usedBytes: z
          .int()
          .describe('In LMDB: how much of the file was ever used; the rest is room for what comes')
          .optional(),
      })
      .meta({ title: 'LogStorage' }),
    projections: z.array(
      z
        .object({
          name: z.string(),
          kind: z.enum(['projection', 'entities', 'read model']),
          bytes: z
            .int()
            .describe('Of its snapshots together, or of its tables, where the database can tell')
            .optional(),
          snapshots: z.int().describe('How many there are').optional(),
        })
        .meta({ title: 'ProjectionStorage' }),
    ),
  })
  .meta({ title: 'Storage' });

export function ApiStorage(): MethodDecorator {
  const summary = 'What the log and the projections take';
  return ApiEndpoint({
    tag: 'events',
    summary,
    id: 'storage',
    answers: { 200: { description: summary, headers: POSITION_HEADER, body: storage } },
    problems: [
      new InvalidParameter('untill', 'There is no parameter untill; there are none here.'),
      ...READING_PROBLEMS,
    ],
  });
}
