/** OpenAPI of the model of an application. */
import { z } from 'zod';
import { ApiEndpoint, CACHE_HEADERS, ENTITY_TAG } from '../kernel/api-docs.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidParameter } from '../kernel/problem.js';
import { apiStates } from '../projections/machine.docs.js';

const types = z.array(z.string()).describe('Types of events');
const path = z
  .string()
  .meta({
    description: 'With names of parameters in braces; absent where it is not served',
    example: '/numbers/{position}/retraction',
  })
  .optional();
const eventSchema = z.looseObject({}).meta({ title: 'JsonSchema', description: 'As JSON Schema has it' });
const input = z.looseObject({}).describe('JSON Schema as OpenAPI 3.0 has it');
const names = z.array(z.string());

const event = z
  .object({
    type: z.string(),
    revision: z.int().min(1).describe('The current one'),
    open: z.boolean().describe('Whether anybody may append it'),
    schema: eventSchema,
    examples: z.array(z.unknown()).describe('Data of the current revision'),
    earlier: z
      .array(
        z
          .object({
            revision: z.int().min(1),
            schema: eventSchema,
            upcast: names.describe('What an event of it may become, as in number.recorded@2'),
          })
          .meta({ title: 'EarlierRevision' }),
      )
      .describe('The revisions before it, oldest first'),
    recordedBy: names.describe('As in decider number: record'),
    consumedBy: names.describe('As in projection sum'),
  })
  .meta({ title: 'ModelEvent' });

const consumer = z.object({ name: z.string(), consumes: types });
const command = z.object({
  name: z.string(),
  method: z.literal('POST').describe('There where it has a path').optional(),
  path,
  input,
  records: types,
});

const context = z
  .object({
    name: z.string(),
    deciders: z.array(
      consumer
        .extend({
          path,
          ids: z.enum(['text', 'position']).describe('What its subjects are named by'),
          tags: names
            .describe(
              'Of the events about a subject, as in account:{id}; absent where tags alone do not tell them',
            )
            .optional(),
          states: apiStates,
          commands: z.array(
            command
              .extend({ creates: z.boolean().describe('Whether it creates its subject') })
              .meta({ title: 'ModelCommand' }),
          ),
        })
        .meta({ title: 'ModelDecider' }),
    ),
    decisions: z.array(command.meta({ title: 'ModelDecision' })).describe('About several subjects'),
    projections: z.array(consumer.extend({ path }).meta({ title: 'ModelProjection' })),
    entityProjections: z.array(
      consumer
        .extend({
          path,
          index: names.describe('The members that lists can be filtered and sorted by'),
          hasPast: z.boolean().describe('Whether the past of one entity can be asked for'),
          tag: z.string().describe('Of the events of an entity, as in order:{key}').optional(),
        })
        .meta({ title: 'ModelEntityProjection' }),
    ),
    readModels: z.array(consumer.meta({ title: 'ModelReadModel' })),
    records: types.describe('What it records beside its commands'),
  })
  .meta({ title: 'ModelContext' });

export function ApiModel(): MethodDecorator {
  const headers = { ETag: ENTITY_TAG.describe('A digest of the model') };
  return ApiEndpoint({
    tag: 'model',
    summary: 'The contexts of the application, with what they record, consume, decide and serve',
    id: 'model',
    headers: CACHE_HEADERS,
    answers: {
      200: {
        description: 'It is the same for as long as the process runs',
        headers,
        body: z.object({ events: z.array(event), contexts: z.array(context) }).meta({ title: 'Model' }),
      },
      304: { description: 'It is the one of If-None-Match', headers },
    },
    problems: [
      new InvalidParameter('full', 'There is no parameter full; there are none here.'),
      new NotAcceptable([JSON_TYPE]),
    ],
  });
}
