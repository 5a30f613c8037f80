/** Every answer of the hello world's endpoints is the one that `/openapi.json` describes, and every one that it describes is answered. */
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings } from '../../src/apps/settings.js';
import { startMonolith } from '../../src/apps/monolith/start-monolith.js';
import { HelloWorldModule } from '../../src/contexts/hello-world.module.js';
import { PARTS } from '../../src/apps/monolith/monolith.module.js';
import { CommandContended, EventLog, position } from '../../src/runtime/index.js';
import { APPENDING_PROBLEMS, type Problem } from '../../src/runtime/http/index.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { CANNOT_BE_FOLDED, UNREADABLE } from '../../src/runtime/http/events/log-problems.js';
import { FoldFailed } from '../../src/runtime/projection/folding.js';
import { CannotBeFolded, PastBusy } from '../../src/runtime/projection/past/past-problems.js';
import { DocumentedApi, type Operation } from '../support/documented-api.js';
import { SILENT, expectAsDocumented, posted, rows, type Case } from '../support/documented-requests.js';
import { sendRaw } from '../support/raw-http.js';

const [JSON_TYPE, FORM_TYPE, NDJSON_TYPE] = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-ndjson',
];

let app: NestFastifyApplication;
let api: DocumentedApi;
let log: EventLog;

beforeAll(async () => {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', PORT: '0' });
  const running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts: [HelloWorldModule] });
  ({ app } = running);
  log = app.get(EventLog);
  api = await DocumentedApi.of(running.url);
  await fetch(`${api.url}/numbers`, { method: 'POST', ...posted([5, 6, 7]) });
  await fetch(`${api.url}/sum?after=3`, { headers: { prefer: 'wait=5' } });
});

afterAll(() => app.close());

afterEach(() => {
  jest.restoreAllMocks();
});

const expectDocumented = (...request: Case): Promise<void> => expectAsDocumented(api, request);

const COMMANDS: readonly Case[] = [
  ['recordNumbers', '/numbers', posted({ value: 5 })],
  ['retractNumber', '/numbers/1/retraction', posted({ reason: 'a slip' })],
  ['push', '/push', posted({ event: 5 })],
];

/** A request to each operation of the hello world that goes to the log. */
const REQUESTS: readonly Case[] = [
  ...COMMANDS,
  ['findNumber', '/numbers/1'],
  ['log', '/log'],
  ['subscribe', '/subscribe/3001'],
  ['subscribers', '/subscribers'],
  ['SumController_state', '/sum/state?at=1'],
  ['ProductController_state', '/product/state?at=1'],
  ['ProductController_value', '/product/value?at=1'],
];

const ids = new Set(REQUESTS.map(([id]) => id));

it('sends with “Execute” what is answered as documented, and refused only where that is right', async () => {
  const statuses = await api.executeAll();
  expect(Object.entries(statuses).filter(([, status]) => status >= 300)).toEqual([
    ['resumeProjection application/json', 409], // it has not stopped
    [`retractNumber ${FORM_TYPE}`, 409], // the JSON before it has retracted the number
  ]);
});

describe('an answer is documented', () => {
  it.each(
    rows([
      ['recordNumbers', '/numbers', posted({ value: '-7' })],
      ['recordNumbers', '/numbers', posted([1, { value: 2 }])],
      ['recordNumbers', '/numbers', posted('1\n2\n', NDJSON_TYPE)],
      ['recordNumbers', '/numbers', posted('value=5', FORM_TYPE)],
      ['findNumber', '/numbers/1'],
      ['findNumber', '/numbers/2'],
      ['retractNumber', '/numbers/2/retraction', posted('reason=a slip', FORM_TYPE)],
      ['push', '/push', posted('event=5', FORM_TYPE)],
      ['push', '/push', posted({ event: '12345678901234567890' })],
      ['log', '/log'],
      ['log', '/log?limit=2'],
      ['subscribe', '/subscribe/3001'],
      ['subscribers', '/subscribers'],
      ['sum', '/sum'],
      ['sum', '/sum', { method: 'HEAD', headers: { accept: 'text/event-stream' } }],
      ['sum', '/sum?at=2'],
      ['sum-folded', '/sum/folded'],
      ['sum-history', '/sum/history'],
      ['sum-what-if', '/sum/what-if?without=1'],
      ['product', '/product'],
      ['product-folded', '/product/folded?at=1'],
      ['product-history', '/product/history'],
      ['product-what-if', '/product/what-if?without=1'],
      ['SumController_state', '/sum/state'],
      ['ProductController_state', '/product/state?after=1'],
      ['ProductController_value', '/product/value'],
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it('when nothing is new', async () => {
    for (const [id, path] of [
      ['SumController_state', '/sum/state'],
      ['ProductController_state', '/product/state'],
      ['ProductController_value', '/product/value?at=1'],
    ] as const) {
      const etag = (await fetch(api.url + path)).headers.get('etag') ?? '';
      await expectDocumented(id, path, { headers: { 'if-none-match': etag } });
    }
  });
});

describe('a problem is documented', () => {
  it.each(
    rows([
      ['recordNumbers', '/numbers', posted({ value: 1.5 })],
      ['retractNumber', '/numbers/1/retraction', posted({})],
      ['retractNumber', '/numbers/1/retraction', posted({ reason: 'again' })],
      ['retractNumber', '/numbers/999/retraction', posted({ reason: 'a slip' })],
      ['push', '/push', posted({ event: 'x' })],
      ['findNumber', '/numbers/999'],
      ['findNumber', '/numbers/1?x=1'],
      ['log', '/log?x=1'],
      ['log', '/log?limit=0'],
      ['subscribe', '/subscribe/0'],
      ['subscribe', '/subscribe/3001?x=1'],
      ['subscribers', '/subscribers?x=1'],
      ...COMMANDS.flatMap(([id, path, init]): readonly Case[] => [
        [id, `${path}?x=1`, init],
        [id, path, { ...init, headers: { ...(init?.headers as object), 'idempotency-key': '' } }],
        [id, path, posted('{')],
        [id, path, posted('{"value":5}', FORM_TYPE)],
        [id, path, posted('x', 'text/plain')],
        [id, path, posted('x', 'multipart/form-data; boundary=x')],
      ]),
      ...['SumController_state', 'ProductController_state', 'ProductController_value'].flatMap(
        (id): readonly Case[] => {
          const path = id.toLowerCase().replace('controller_', '/');
          return [
            [id, `/${path}?x=1`],
            [id, `/${path}?after=999`, { headers: { prefer: 'wait=x' } }],
            [id, `/${path}?after=999`],
            [id, `/${path}?at=999`],
          ];
        },
      ),
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it('of a body that is too large', async () => {
    for (const [id, path] of COMMANDS)
      await expectDocumented(id, path, posted({ x: 'x'.repeat(1024 * 1024) }));
  });

  it('of a key that was used for something else', async () => {
    const key = { 'idempotency-key': 'a key' };
    await expectDocumented('recordNumbers', '/numbers', posted({ value: 5 }, JSON_TYPE, key));
    await expectDocumented('recordNumbers', '/numbers', posted({ value: 6 }, JSON_TYPE, key));
    await expectDocumented('push', '/push', posted({ event: 6 }, JSON_TYPE, key));
    await expectDocumented('retractNumber', '/numbers/3/retraction', posted({ reason: 'x' }, JSON_TYPE, key));
  });

  it.each([
    new PastBusy('sum'),
    new CannotBeFolded(new FoldFailed(position(7), undefined, new RangeError('too large'))),
    UNREADABLE,
  ])('when the past is not told: $problem', async (problem) => {
    for (const name of ['sum', 'product']) {
      const past = app.get(ProjectionHost).find(name)?.past;
      if (past === undefined) throw new Error(`there is no ${name}`);
      jest.spyOn(past, 'at').mockRejectedValue(problem);
    }
    for (const [id, path] of REQUESTS.filter(([, at]) => at.includes('?at=')))
      await expectDocumented(id, path);
  });

  it('when too many commands are about a number', async () => {
    jest.spyOn(log, 'tryAppend').mockRejectedValue(new CommandContended('Others are faster.'));
    await expectDocumented('retractNumber', '/numbers/3/retraction', posted({ reason: 'a slip' }));
  });

  it('of a product that is too long', async () => {
    const long = Array.from({ length: 201 }, () => '9'.repeat(1000));
    await expectDocumented('recordNumbers', '/numbers', posted(long));
    await fetch(`${api.url}/product?after=${await log.head()}`, { headers: { prefer: 'wait=10' } });
    await expectDocumented('ProductController_value', '/product/value');
  });

  it.each(rows(REQUESTS))('of any request: $id', async ({ id, path, init }) => {
    await expectDocumented(id, `${path}${path.includes('?') ? '&' : '?'}x=%ZZ`, init);
    await expectDocumented(id, path, {
      ...init,
      headers: { ...(init?.headers as object), accept: 'text/csv' },
    });
    const operation: Operation = api.operation(id);
    const { status, headers, body } = await sendRaw(
      api.url,
      `${operation.method} ${path} HTTP/1.1\nHost: other.example`,
    );
    expect(api.differencesOf(operation, { status, headers: new Headers([...headers]) }, body)).toEqual([]);
    if (operation.method === 'POST')
      await expectDocumented(id, path, {
        ...init,
        headers: { ...(init?.headers as object), origin: 'https://other.example' },
      });
  });

  const refusals: { name: string; error: Error }[] = [
    ...[...APPENDING_PROBLEMS, UNREADABLE, CANNOT_BE_FOLDED].map((problem: Problem) => ({
      name: problem.problem,
      error: problem,
    })),
    { name: 'internal-error', error: new Error('a defect') },
  ];

  it.each(refusals)('when the log refuses: $name', async ({ name, error }) => {
    for (const method of ['head', 'append', 'appendChecked', 'find', 'hashAt'] as const)
      jest.spyOn(log, method).mockRejectedValue(error);
    for (const [id, path, init] of REQUESTS) {
      const examples = Object.values(api.operation(id).responses).flatMap(({ content = {} }) =>
        Object.values(content).flatMap((media) => api.examplesOf(media)),
      );
      if (examples.some(({ type }) => type.endsWith(`:${name}`))) await expectDocumented(id, path, init);
    }
  });
});

describe('the document', () => {
  it('describes no answer that the hello world does not give', () => {
    const unseen = api.unseen().filter((each) => ids.has(each.split(' ')[0] ?? ''));
    expect(unseen).toEqual([]);
  });

  it('names the schemas of objects that it has more than once', () => {
    expect(api.repeatedSchemas()).toEqual([]);
  });

  it('names the media types that are read', () => {
    const types = (id: string): readonly string[] =>
      Object.keys(api.operation(id).requestBody?.content ?? {});
    expect(types('recordNumbers')).toEqual([JSON_TYPE, NDJSON_TYPE, FORM_TYPE]);
    expect(types('retractNumber')).toEqual([JSON_TYPE, FORM_TYPE]);
    expect(types('push')).toEqual([FORM_TYPE, JSON_TYPE]);
  });
});
