/** What an OpenAPI document says of this very application: its projections, and events that it records. */
import type { INestApplicationContext } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Example } from '../event-log/contracts/event-contract.js';
import type { Access } from '../access/access.js';
import { Gate } from '../access/gate.js';
import { EventLog } from '../event-log/event-log.js';
import { ProjectionHost } from '../projection/projection-host.js';
import { describeSecurity } from './api-security.js';
import { jsonSchemaOf } from '../command/input-schema.js';
import { LEFTFOLD_EXTENSION } from './kernel/api-docs.js';
import { nameComponents } from './kernel/api-schema.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE, joinTags } from './events/cloud-event.js';
import { JSON_TYPE } from './kernel/bodies.js';

interface Operation {
  operationId?: string;
  parameters?: object[];
  requestBody?: object;
  responses?: Record<
    string,
    { readonly content?: Record<string, { readonly examples?: Record<string, unknown> }> }
  >;
}

/**
 * The document of `SwaggerModule.createDocument(app, config)`, completed: schemas with a title and examples become components, the runtime's
 * paths list the projections that there are, and `POST /events` has an example that can be sent as it is, where a contract is open.
 *
 * @param app after its `init()`
 * @param access asks for every operation of the application. Default: `http.access` of `LeftfoldModule`, for those only that name a scope
 */
export function completeApi(
  app: INestApplicationContext,
  document: OpenAPIObject,
  access?: Access,
): OpenAPIObject {
  const projections = app
    .get(ProjectionHost, { strict: false })
    .all.map(({ name }) => name)
    .toSorted();
  const event = openExample(app.get(EventLog, { strict: false }));
  const operations = Object.values(document.paths).flatMap(
    (path) => Object.entries(path) as [string, Operation][],
  );
  for (const [method, operation] of operations) {
    if (method === 'get') omitForeignOrigin(operation);
    if (PROJECTION_OPERATIONS.has(operation.operationId ?? '')) listProjections(operation, projections);
    if (operation.operationId === 'appendEvents' && event !== undefined) showEvent(operation, event);
  }
  const describesEvents = operations.some(([, { operationId }]) => operationId === 'readEvents');
  if (describesEvents) Object.assign(document, { [LEFTFOLD_EXTENSION]: { events: eventsOf(app) } });
  if (access === undefined) describeSecurity(document, app.get(Gate, { strict: false }).access, 'public');
  else describeSecurity(document, access, 'admin');
  return nameComponents(document);
}

const PROJECTION_OPERATIONS: ReadonlySet<string> = new Set([
  'projection',
  'projectionDigest',
  'projectionMachine',
  'resumeProjection',
  'auditProjection',
  'auditStatus',
  'rebuildProjection',
  'rebuildStatus',
]);

function listProjections({ parameters = [] }: Operation, names: readonly string[]): void {
  for (const parameter of parameters) {
    if (!('name' in parameter) || parameter.name !== 'name' || names.length === 0) continue;
    Object.assign(parameter, { schema: { type: 'string', enum: names, example: names[0] } });
  }
}

/** What changes nothing is answered to any page; a decorator does not know the method. */
function omitForeignOrigin({ responses = {} }: Operation): void {
  for (const { content = {} } of Object.values(responses))
    for (const { examples } of Object.values(content)) delete examples?.['foreign-origin'];
}

/** By type: the revision that is recorded now, and the schema of its data. */
function eventsOf(app: INestApplicationContext): object {
  const contracts = app.get(EventLog, { strict: false }).contracts.all();
  return Object.fromEntries(
    contracts
      .toSorted((one, other) => (one.type < other.type ? -1 : 1))
      .map(({ type, revision, schema }) => [type, { revision, schema: jsonSchemaOf(schema) }]),
  );
}

interface NewEventJson {
  readonly type: string;
  readonly data: unknown;
  readonly tags?: readonly string[];
}

/** The first example of an open contract. */
function openExample({ contracts }: EventLog): NewEventJson | undefined {
  const open = contracts.all().find((contract) => contract.open && contract.examples.length > 0);
  const example: Example<unknown> | undefined = open?.examples[0];
  if (open === undefined || example === undefined) return undefined;
  return { type: open.type, data: example.data, ...(example.tags !== undefined && { tags: example.tags }) };
}

function showEvent({ requestBody }: Operation, event: NewEventJson): void {
  const { content } = (requestBody ?? {}) as { readonly content?: Readonly<Record<string, object>> };
  const { type, data, tags } = event;
  const cloudEvent = {
    specversion: '1.0',
    id: '1',
    source: '/docs',
    type,
    data,
    ...(tags !== undefined && { tags: joinTags(tags) }),
  };
  const examples = {
    [JSON_TYPE]: { events: [event] },
    [CLOUD_EVENT_TYPE]: cloudEvent,
    [CLOUD_EVENTS_TYPE]: [cloudEvent],
  };
  for (const [mediaType, example] of Object.entries(examples))
    Object.assign(content?.[mediaType] ?? {}, { example });
}
