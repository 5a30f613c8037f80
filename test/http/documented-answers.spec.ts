/** Every answer of the runtime's endpoints is the one that `/openapi.json` describes, and every one that it describes is answered. */
import { jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { assign, setup } from 'xstate';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { APPENDING_PROBLEMS, READING_PROBLEMS, type Problem } from '../../src/runtime/http/index.js';
import { Verification } from '../../src/runtime/http/operations/verification.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { defineEvent, defineProjection } from '../../src/runtime/index.js';
import { PastBusy } from '../../src/runtime/projection/past/past-problems.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { z } from 'zod';
import { until } from '../support/api.js';
import { noteTaken } from '../support/amounts.js';
import type { DocumentedApi } from '../support/documented-api.js';
import {
  type Case,
  expectAsDocumented,
  posted,
  rows,
  startDocumented,
} from '../support/documented-requests.js';
import { newCommit } from '../support/new-commit.js';
import { sendRaw } from '../support/raw-http.js';

/** Only its context records it. */
const purseClosed = defineEvent({ type: 'purse.closed', schema: z.strictObject({}) });

const coinMoved = defineEvent({
  type: 'coin.moved',
  open: true,
  schema: z.strictObject({ coins: z.int() }),
  examples: [{ data: { coins: 5 } }],
});

/** Cannot be folded where more is taken than is there. */
const purse = defineProjection({
  name: 'purse',
  http: { folded: true },
  machine: setup({
    types: { context: {} as { readonly coins: number }, events: {} as RecordedOf<typeof coinMoved> },
  }).createMachine({
    id: 'purse',
    context: { coins: 0 },
    on: {
      'coin.moved': {
        actions: assign(({ context, event }) => {
          const coins = context.coins + event.data.coins;
          if (coins < 0) throw new RangeError('more is taken than is there');
          return { coins };
        }),
      },
    },
  }),
  consumes: [coinMoved],
  view: ({ context }) => context,
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [coinMoved, noteTaken, purseClosed],
      projections: [purse],
      http: true,
    }),
  ],
})
class PurseModule {}

const [JSON_TYPE, NDJSON_TYPE] = ['application/json', 'application/x-ndjson'];
const [CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE] = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
];

let app: NestFastifyApplication;
let api: DocumentedApi;
let log: EventLog;
let store: MemoryStore;

beforeAll(async () => {
  store = new MemoryStore();
  ({ app, api, log } = await startDocumented(store, [PurseModule], [CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE]));
});

afterAll(() => app.close());

afterEach(() => {
  jest.restoreAllMocks();
});

const move = (...coins: readonly number[]): Promise<unknown> =>
  log.append(coins.map((each) => coinMoved.create({ coins: each })));

const accepting = (accept: string): RequestInit => ({ headers: { accept } });

const EVENT = { type: 'coin.moved', data: { coins: 1 } };
const CLOUD_EVENT = { specversion: '1.0', id: '1', source: '/x', ...EVENT };

const expectDocumented = (...request: Case): Promise<void> => expectAsDocumented(api, request);

/** A request to each operation that goes to the log, whatever else it does. */
const REQUESTS: readonly Case[] = [
  ['readEvents', '/events'],
  ['readEvent', '/events/1'],
  ['readStoredEvent', '/events/1/recorded'],
  ['queryEvents', '/events/query', posted({ query: [{}] })],
  ['appendEvents', '/events', posted({ events: [EVENT] })],
  ['projections', '/projections'],
  ['projection', '/projections/purse'],
  ['projectionDigest', '/projections/purse/digest?at=1'],
  ['projectionMachine', '/projections/purse/machine?at=1'],
  ['resumeProjection', '/projections/purse/resume', posted({ skip: 1, reason: 'a slip' })],
  ['auditProjection', '/projections/purse/audit'],
  ['auditStatus', '/projections/purse/audit'],
  ['rebuildProjection', '/projections/purse/rebuild'],
  ['rebuildStatus', '/projections/purse/rebuild'],
  ['model', '/model'],
  ['problems', '/problems'],
  ['verifyLog', '/verification'],
  ['verificationStatus', '/verification'],
  ['storage', '/storage'],
  ['purse', '/purse?at=1'],
  ['purse-folded', '/purse/folded?at=1'],
  ['purse-history', '/purse/history?to=1'],
  ['purse-what-if', '/purse/what-if?without=1'],
  ['HealthController_live', '/health/live'],
  ['HealthController_ready', '/health/ready'],
];

const BODIES: readonly Case[] = REQUESTS.filter(([, , init]) => init !== undefined);

describe('an answer is documented', () => {
  beforeAll(async () => {
    await move(5, 5, -5, 7);
    await log.append([noteTaken.create({ text: 'x' })]);
    await fetch(`${api.url}/purse?after=4`, { headers: { prefer: 'wait=5' } });
  });

  it.each(
    rows([
      ['readEvents', '/events'],
      ['readEvents', '/events?limit=1&type=coin.moved'],
      ['readEvents', '/events', accepting(NDJSON_TYPE)],
      ['readEvents', '/events', accepting(CLOUD_EVENTS_TYPE)],
      ['readEvents', '/events', { method: 'HEAD', ...accepting('text/event-stream') }],
      ['readEvent', '/events/1'],
      ['readEvent', '/events/1', accepting(CLOUD_EVENT_TYPE)],
      ['readStoredEvent', '/events/1/recorded'],
      ['readStoredEvent', '/events/5/recorded'],
      ['queryEvents', '/events/query', posted({ query: [{}], limit: 1, backwards: true })],
      ['queryEvents', '/events/query', posted({ query: [{}], where: { text: 'coins' } })],
      ['readEvents', '/events?text=coins&since=2026-01-31T12:00:00Z'],
      ['queryEvents', '/events/query', posted({ query: [{}] }, JSON_TYPE, accepting(NDJSON_TYPE).headers)],
      [
        'queryEvents',
        '/events/query',
        posted({ query: [{}] }, JSON_TYPE, accepting(CLOUD_EVENTS_TYPE).headers),
      ],
      ['appendEvents', '/events', posted({ events: [{ ...EVENT, tags: ['a', 'b'] }] })],
      ['appendEvents', '/events', posted(CLOUD_EVENT, CLOUD_EVENT_TYPE)],
      ['appendEvents', '/events', posted([CLOUD_EVENT], CLOUD_EVENTS_TYPE, { 'x-correlation-id': 'x' })],
      ['readEvents', '/events', accepting(CLOUD_EVENTS_TYPE)],
      ['projections', '/projections'],
      ['projection', '/projections/purse'],
      ['projectionMachine', '/projections/purse/machine'],
      ['projectionDigest', '/projections/purse/digest'],
      ['projectionDigest', '/projections/purse/digest?at=1'],
      ['projectionMachine', '/projections/purse/machine', accepting('text/plain')],
      ['projectionMachine', '/projections/purse/machine', accepting(JSON_TYPE)],
      ['projectionMachine', '/projections/purse/machine?at=1'],
      ['model', '/model'],
      ['problems', '/problems'],
      ['auditStatus', '/projections/purse/audit'],
      ['rebuildStatus', '/projections/purse/rebuild'],
      ['auditProjection', '/projections/purse/audit'],
      ['auditProjection', '/projections/purse/audit', { headers: { prefer: 'wait=10' } }],
      ['auditStatus', '/projections/purse/audit'],
      ['rebuildProjection', '/projections/purse/rebuild'],
      ['rebuildProjection', '/projections/purse/rebuild', { headers: { prefer: 'wait=10' } }],
      ['rebuildStatus', '/projections/purse/rebuild'],
      ['verificationStatus', '/verification'],
      ['verifyLog', '/verification'],
      ['verifyLog', '/verification', { headers: { prefer: 'wait=10' } }],
      ['verificationStatus', '/verification'],
      ['storage', '/storage'],
      ['purse', '/purse'],
      ['purse', '/purse', { method: 'HEAD', ...accepting('text/event-stream') }],
      ['purse', '/purse?at=1'],
      ['purse', '/purse?after=4', { headers: { prefer: 'wait=5' } }],
      ['purse-folded', '/purse/folded'],
      ['purse-folded', '/purse/folded?at=1'],
      ['purse-history', '/purse/history'],
      ['purse-history', '/purse/history?from=1&to=3&step=2'],
      ['purse-what-if', '/purse/what-if?without=3'],
      ['purse-what-if', '/purse/what-if?without=2&at=3'],
      ['HealthController_live', '/health/live'],
      ['HealthController_ready', '/health/ready'],
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it('when nothing is new', async () => {
    for (const [id, path] of [
      ['purse', '/purse'],
      ['purse-folded', '/purse/folded'],
      ['purse', '/purse?at=1'],
      ['purse-folded', '/purse/folded?at=1'],
      ['projectionMachine', '/projections/purse/machine'],
      ['model', '/model'],
    ] as const) {
      const etag = (await fetch(api.url + path)).headers.get('etag') ?? '';
      await expectDocumented(id, path, { headers: { 'if-none-match': etag } });
    }
  });

  it('while an audit or a rebuild runs', async () => {
    for (const kind of ['audit', 'rebuild']) {
      await expectDocumented(`${kind}Projection`, `/projections/purse/${kind}`);
      await expectDocumented(`${kind}Status`, `/projections/purse/${kind}`);
    }
  });
});

describe('what “Execute” sends', () => {
  it('is answered as documented, and with a success where nothing speaks against it', async () => {
    const statuses = await api.executeAll();
    expect(Object.keys(statuses).length).toBeGreaterThan(api.operations.length);
    const refused = Object.entries(statuses).filter(([, status]) => status >= 300);
    expect(refused).toEqual([['resumeProjection application/json', 409]]); // it has not stopped
  });
});

describe('a problem is documented', () => {
  it.each(
    rows([
      ['readEvents', '/events?limit=0'],
      ['readEvents', '/events', accepting('text/html')],
      ['readEvents', '/events', { headers: { accept: 'text/event-stream', 'last-event-id': 'x' } }],
      ['readEvent', '/events/999'],
      ['readEvent', '/events/1?x=1'],
      ['readEvent', '/events/1', accepting('text/html')],
      ['readStoredEvent', '/events/999/recorded'],
      ['readStoredEvent', '/events/1/recorded?x=1'],
      ['readStoredEvent', '/events/1/recorded', accepting('text/html')],
      ['queryEvents', '/events/query?x=1', posted({ query: [{}] })],
      ['queryEvents', '/events/query', posted({ query: [] })],
      ['queryEvents', '/events/query', posted({ query: [{}] }, JSON_TYPE, accepting('text/html').headers)],
      ['appendEvents', '/events?x=1', posted({ events: [EVENT] })],
      ['appendEvents', '/events', posted({ events: [EVENT] }, JSON_TYPE, { 'idempotency-key': '' })],
      ['appendEvents', '/events', posted({ events: [] })],
      ['appendEvents', '/events', posted({ events: [{ ...EVENT, data: {} }] })],
      ['appendEvents', '/events', posted([{ ...CLOUD_EVENT, data: {} }], CLOUD_EVENTS_TYPE)],
      ['appendEvents', '/events', posted({ events: [{ ...EVENT, type: 'coin.lost' }] })],
      ['appendEvents', '/events', posted({ events: [{ type: 'purse.closed', data: {} }] })],
      ['appendEvents', '/events', posted({ events: [EVENT], condition: { query: [{}] } })],
      ['appendEvents', '/events', posted({ events: [EVENT], condition: { query: [{}], after: 999 } })],
      ['projections', '/projections?x=1'],
      ['projection', '/projections/purse?x=1'],
      ['projection', '/projections/none'],
      ['projectionDigest', '/projections/none/digest'],
      ['projectionDigest', '/projections/purse/digest?at=x'],
      ['projectionDigest', '/projections/purse/digest?at=999'],
      ['projectionMachine', '/projections/purse/machine?x=1'],
      ['projectionMachine', '/projections/none/machine'],
      ['projectionMachine', '/projections/purse/machine?key=a'],
      ['projectionMachine', '/projections/purse/machine?at=999'],
      ['projectionMachine', '/projections/purse/machine', accepting('image/png')],
      ['model', '/model?x=1'],
      ['model', '/model', accepting('image/png')],
      ['problems', '/problems?x=1'],
      ['problems', '/problems', accepting('image/png')],
      ['resumeProjection', '/projections/none/resume'],
      ['resumeProjection', '/projections/purse/resume'],
      ['resumeProjection', '/projections/purse/resume?x=1'],
      ['resumeProjection', '/projections/purse/resume', { headers: { 'idempotency-key': ' ' } }],
      ['resumeProjection', '/projections/purse/resume', posted({ skip: 0 })],
      ...['audit', 'rebuild'].flatMap((kind): readonly Case[] => [
        [`${kind}Projection`, `/projections/none/${kind}`],
        [`${kind}Projection`, `/projections/purse/${kind}?x=1`],
        [`${kind}Projection`, `/projections/purse/${kind}`, { headers: { prefer: 'wait=x' } }],
        [`${kind}Projection`, `/projections/purse/${kind}`, posted('{')],
        [`${kind}Projection`, `/projections/purse/${kind}`, posted('{}', `${JSON_TYPE}; charset=latin1`)],
        [`${kind}Status`, `/projections/none/${kind}`],
        [`${kind}Status`, `/projections/purse/${kind}?x=1`],
        [`${kind}Status`, `/projections/purse/${kind}`, { headers: { prefer: 'wait=x' } }],
      ]),
      ['verifyLog', '/verification?x=1'],
      ['verifyLog', '/verification', { headers: { prefer: 'wait=x' } }],
      ['verifyLog', '/verification', posted('{')],
      ['verifyLog', '/verification', posted('{}', `${JSON_TYPE}; charset=latin1`)],
      ['verificationStatus', '/verification?x=1'],
      ['storage', '/storage?x=1'],
      ['purse', '/purse?x=1'],
      ['purse-folded', '/purse/folded?x=1'],
      ['purse', '/purse?at=1&after=1'],
      ['purse-folded', '/purse/folded?at=1&after=1'],
      ['purse', '/purse?at=999'],
      ['purse-folded', '/purse/folded?at=999'],
      ['purse', '/purse?after=999'],
      ['purse-folded', '/purse/folded?after=999'],
      ['purse', '/purse?after=999', { headers: { prefer: 'wait=x' } }],
      ['purse-folded', '/purse/folded?after=999', { headers: { prefer: 'wait=x' } }],
      ['purse-history', '/purse/history?from=3&to=1'],
      ['purse-history', '/purse/history?to=999'],
      ['purse-what-if', '/purse/what-if'],
      ['purse-what-if', '/purse/what-if?without=999'],
      ['purse-what-if', '/purse/what-if?without=1,2'],
      ...BODIES.flatMap(([id, path]): readonly Case[] => [
        [id, path, posted('{')],
        [id, path, posted('x', 'text/plain')],
      ]),
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it('of a body that is too large', async () => {
    const large = posted({ x: 'x'.repeat(1024 * 1024) });
    for (const kind of ['audit', 'rebuild'])
      await expectDocumented(`${kind}Projection`, `/projections/purse/${kind}`, large);
    await expectDocumented('verifyLog', '/verification', large);
    for (const [id, path] of BODIES) await expectDocumented(id, path, large);
  });

  it('of a key that was used for something else', async () => {
    const key = { 'idempotency-key': 'a key' };
    await expectDocumented('appendEvents', '/events', posted({ events: [EVENT] }, JSON_TYPE, key));
    await expectDocumented('appendEvents', '/events', posted({ events: [EVENT, EVENT] }, JSON_TYPE, key));
  });

  it.each(rows(REQUESTS))('of any request: $id', async ({ id, path, init }) => {
    await expectDocumented(id, `${path}${path.includes('?') ? '&' : '?'}x=%ZZ`, init);
    await expectDocumented(id, path, {
      ...init,
      headers: { ...(init?.headers as object), accept: 'text/csv' },
    });
    const operation = api.operation(id);
    const { status, headers, body } = await sendRaw(
      api.url,
      `${operation.method} ${path} HTTP/1.1\nHost: other.example`,
    );
    expect(api.differencesOf(operation, { status, headers: new Headers([...headers]) }, body)).toEqual([]);
    if (operation.method === 'GET') return;
    await expectDocumented(id, path, {
      ...init,
      headers: { ...(init?.headers as object), origin: 'https://other.example' },
    });
  });

  it.each(rows(REQUESTS.filter(([id]) => !id.startsWith('Health'))))(
    'of a defect: $id',
    async ({ id, path, init }) => {
      const host = app.get(ProjectionHost);
      const defect = new Error('a defect');
      jest.spyOn(log, 'head').mockRejectedValue(defect);
      for (const name of ['at', 'append', 'find', 'hashAt'] as const)
        jest.spyOn(log, name).mockRejectedValue(defect);
      jest.spyOn(host, 'find').mockImplementation(() => {
        throw defect;
      });
      jest.spyOn(app.get(Verification), 'status', 'get').mockImplementation(() => {
        throw defect;
      });
      await expectDocumented(id, path, init);
    },
  );

  const refusals: readonly (readonly [string, Problem])[] = [...READING_PROBLEMS, ...APPENDING_PROBLEMS].map(
    (problem) => [problem.problem, problem],
  );

  it.each(refusals)('when the log refuses: %s', async (name, problem) => {
    for (const method of ['head', 'at', 'append', 'find', 'hashAt'] as const)
      jest.spyOn(log, method).mockRejectedValue(problem);
    for (const [id, path, init] of REQUESTS) {
      const documents = Object.values(api.operation(id).responses).flatMap(({ content = {} }) =>
        Object.values(content).flatMap((media) => api.examplesOf(media)),
      );
      if (documents.some(({ type }) => type.endsWith(`:${name}`))) await expectDocumented(id, path, init);
    }
  });

  it('when the past is busy', async () => {
    const past = app.get(ProjectionHost).find('purse')?.past;
    if (past === undefined) throw new Error('there is no purse');
    const busy = new PastBusy('purse');
    jest.spyOn(past, 'at').mockRejectedValue(busy);
    jest.spyOn(past, 'whatIf').mockRejectedValue(busy);
    // eslint-disable-next-line @typescript-eslint/require-await, require-yield -- it fails before the first point
    jest.spyOn(past, 'series').mockImplementation(async function* () {
      throw busy;
    });
    await expectDocumented('purse', '/purse?at=1');
    await expectDocumented('purse-folded', '/purse/folded?at=1');
    await expectDocumented('projectionDigest', '/projections/purse/digest?at=1');
    await expectDocumented('projectionMachine', '/projections/purse/machine?at=1');
    await expectDocumented('purse-history', '/purse/history?to=1');
    await expectDocumented('purse-what-if', '/purse/what-if?without=1');
  });
});

describe('of a projection that has stopped, an answer is documented', () => {
  let at: number;

  beforeAll(async () => {
    await move(-999);
    at = await log.head();
    await until(() => app.get(ProjectionHost).find('purse')?.status === 'faulted');
  });

  it('to each question', async () => {
    await expectDocumented('HealthController_ready', '/health/ready');
    await expectDocumented('projections', '/projections');
    await expectDocumented('projection', '/projections/purse');
    await expectDocumented('purse', '/purse');
    await expectDocumented('purse-folded', '/purse/folded');
    await expectDocumented('purse', `/purse?at=${at}`);
    await expectDocumented('purse-folded', `/purse/folded?at=${at}`);
    await expectDocumented('projectionDigest', `/projections/purse/digest?at=${at}`);
    await expectDocumented('projectionMachine', `/projections/purse/machine?at=${at}`);
    await expectDocumented('purse-history', '/purse/history');
    await expectDocumented('purse-what-if', '/purse/what-if?without=1,2');
    await expectDocumented('auditProjection', '/projections/purse/audit', { headers: { prefer: 'wait=10' } });
  });

  it('to each command', async () => {
    const resume = '/projections/purse/resume';
    await expectDocumented('resumeProjection', resume);
    await until(() => app.get(ProjectionHost).find('purse')?.status === 'faulted');
    await expectDocumented('resumeProjection', resume, posted({ skip: 1, reason: 'x' }));
    await expectDocumented('resumeProjection', resume, posted({ skip: at, reason: 'x' }));
  });
});

describe('of an event that cannot be read, an answer is documented', () => {
  it('to each question', async () => {
    await store.append(
      newCommit(
        'from a later version',
        { coins: 1 },
        {
          events: [{ type: 'coin.moved', revision: 9, tags: [], data: { coins: 1 } }],
        },
      ),
    );
    const at = await log.head();
    await expectDocumented('readEvents', `/events?after=${at - 1}`);
    await expectDocumented('readEvent', `/events/${at}`);
    await expectDocumented('queryEvents', '/events/query', posted({ query: [{}], after: at - 1 }));
    await until(() => app.get(ProjectionHost).find('purse')?.status === 'faulted');
    await expectDocumented('projections', '/projections');
    await expectDocumented('purse', `/purse?at=${at}`);
    await expectDocumented('purse-folded', `/purse/folded?at=${at}`);
    await expectDocumented('projectionDigest', `/projections/purse/digest?at=${at}`);
    await expectDocumented('projectionMachine', `/projections/purse/machine?at=${at}`);
    await expectDocumented('purse-history', `/purse/history?from=${at - 1}`);
    await expectDocumented('purse-what-if', '/purse/what-if?without=4');
  });
});

describe('the document', () => {
  it('describes no answer that is not given', () => {
    // A defect in there cannot be provoked. The other problems are of entity projections: documented-entities.spec asks for them.
    expect(api.unseen()).toEqual([
      'HealthController_live 500 internal-error',
      'HealthController_ready 500 internal-error',
      'projectionDigest 503 not-yet',
      'projectionMachine 404 entity-not-found',
      'projectionMachine 503 not-yet',
      'projectionMachine 503 entity-queries-busy',
      'projectionMachine 503 entity-query-too-slow',
      'model 500 internal-error',
      'problems 500 internal-error',
    ]);
  });

  it('names the schemas of objects that it has more than once', () => {
    expect(api.repeatedSchemas()).toEqual([]);
  });

  it('names the media types that are read', () => {
    const types = (id: string): readonly string[] =>
      Object.keys(api.operation(id).requestBody?.content ?? {});
    expect(types('appendEvents')).toEqual([JSON_TYPE, CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE]);
    expect(types('queryEvents')).toEqual([JSON_TYPE]);
    expect(types('resumeProjection')).toEqual([JSON_TYPE]);
  });

  it('has the bounds of parameters that are kept', async () => {
    const { parameters } = api.operation('readEvents');
    const maximum = Number(parameters.find(({ name }) => name === 'limit')?.schema['maximum']);
    expect((await fetch(`${api.url}/events?type=note.taken&limit=${maximum}`)).status).toBe(200);
    expect((await fetch(`${api.url}/events?limit=${maximum + 1}`)).status).toBe(400);
    const key = api.operation('appendEvents').parameters.find(({ name }) => name === 'Idempotency-Key');
    const longest = 'x'.repeat(Number(key?.schema['maxLength']));
    for (const [value, status] of [
      [longest, 201],
      [`${longest}x`, 400],
    ] as const) {
      const init = posted({ events: [EVENT] }, JSON_TYPE, { 'idempotency-key': value });
      expect((await fetch(`${api.url}/events`, { method: 'POST', ...init })).status).toBe(status);
    }
  });
});
