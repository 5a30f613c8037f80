/** `leftfold/client` with lists of entities: the tasks of the guide to lists, over HTTP. */
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { createClient, isProblem, type Client, type Entity } from '../../src/runtime/client/index.js';
import { EventLog, LeftfoldModule, MemoryStore } from '../../src/runtime/index.js';
import { SILENT } from '../support/documented-requests.js';
import { TasksModule, steps, tasks } from '../guides/lists/tasks.js';

interface Tasks {
  readonly entities: { readonly tasks: typeof tasks; readonly steps: typeof steps };
}

@Module({})
class App {}

let app: NestFastifyApplication;
let url: string;
let log: EventLog;
let client: Client<Tasks>;
let asked: URL[];

/** @returns the position of the last event */
const record = async (type: string, ...all: { readonly task: string }[]): Promise<number> => {
  const events = all.map((data) => ({ type, data, tags: [`task:${data.task}`] }));
  const response = await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  expect(response.status).toBe(201);
  return log.head();
};

const openTasks = (...hours: number[]): Promise<number> =>
  record(
    'task.opened',
    ...hours.map((each, index) => ({ task: `t${index + 1}`, title: `Task ${index + 1}`, hours: each })),
  );

async function allOf<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

beforeEach(async () => {
  const runtime = LeftfoldModule.forRoot({ store: new MemoryStore(), http: { events: true } });
  app = await createHttpApplication(
    { module: App, imports: [runtime, TasksModule] },
    { title: 'Tasks', description: 'A test.', version: '0.0.0', jsonTypes: [], logger: SILENT },
  );
  await app.listen(0, '127.0.0.1');
  url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  log = app.get(EventLog);
  asked = [];
  client = createClient<Tasks>({
    url,
    retry: { minPauseMs: 5, maxPauseMs: 20 },
    fetch: (request, init) => {
      asked.push(new URL(request instanceof Request ? request.url : request));
      return fetch(request, init);
    },
  });
});

afterEach(() => app.close());

describe('a list', () => {
  it('is read page by page as it is iterated, in order and without a repeat', async () => {
    const after = await openTasks(3, 9, 1, 5, 7, 2, 8);
    const list = client.entities('tasks').list({ sort: ['-hours'], limit: 3, after });
    expect((await allOf(list)).map(({ key, hours }) => [key, hours])).toEqual([
      ['t2', 9],
      ['t7', 8],
      ['t5', 7],
      ['t4', 5],
      ['t1', 3],
      ['t6', 2],
      ['t3', 1],
    ]);
    expect(asked).toHaveLength(3);
  });

  it('asks for no page that is not iterated', async () => {
    const after = await openTasks(3, 9, 1);
    for await (const { key } of client.entities('tasks').list({ limit: 2, after })) {
      expect(key).toBe('t1');
      break;
    }
    expect(asked).toHaveLength(1);
  });

  it('is filtered by values, by one of several, and by comparisons, and counted', async () => {
    await openTasks(3, 9, 1);
    const after = await record('task.done', { task: 't1' });
    const tasksOf = client.entities('tasks');
    const keysOf = async (filter: Record<string, string | number | readonly string[]>): Promise<string[]> =>
      (await tasksOf.page({ filter, after })).items.map(({ key }) => key);
    expect(await keysOf({ status: 'open' })).toEqual(['t2', 't3']);
    expect(await keysOf({ status: ['open', 'done'] })).toEqual(['t1', 't2', 't3']);
    expect(await keysOf({ status: 'open', 'hours.gte': 2 })).toEqual(['t2']);
    expect(await tasksOf.count({ filter: { status: 'open' }, after })).toBe(2);
  });

  it('has the entities that belong to each, where they are included', async () => {
    await openTasks(3);
    const step = { step: 's1', task: 't1', text: 'Sand it' };
    const after = await record('task.step-added', step);
    const { items } = await client.entities('tasks').page({ include: ['steps'], after });
    expect(items[0]).toMatchObject({ key: 't1', steps: { items: [{ key: 's1', text: 'Sand it' }] } });
    const one = await client.entities('tasks').get('t1', { include: ['steps'], after });
    expect(one).toMatchObject({ key: 't1', steps: { items: [{ key: 's1' }] } });
  });

  it('has the fields alone that are asked for, page by page, one by one, and watched', async () => {
    const after = await openTasks(3, 9);
    const tasksOf = client.entities('tasks');
    const fields = ['hours'] as const;
    const hours = [
      { key: 't1', hours: 3, position: 1 },
      { key: 't2', hours: 9, position: 2 },
    ];
    expect((await tasksOf.page({ fields, after })).items).toEqual(hours);
    expect(await allOf(tasksOf.list({ fields, limit: 1 }))).toEqual(hours);
    expect(await tasksOf.get('t2', { fields })).toEqual(hours[1]);
    for await (const { items } of tasksOf.watch({ fields })) {
      expect(items).toEqual(hours);
      break;
    }
    for await (const one of tasksOf.watchOne('t1', { fields })) {
      expect(one).toEqual(hours[0]);
      break;
    }
  });

  it('is refused what is not indexed', async () => {
    const refused = await client
      .entities('tasks')
      .page({ filter: { title: 'Sweep' } })
      .catch((error: unknown) => error);
    expect(isProblem(refused, 'invalid-parameter') && refused.faults[0]?.parameter).toBe('title');
  });
});

describe('an entity', () => {
  it('is there now, in the past, and as it would be', async () => {
    await openTasks(3);
    const after = await record('task.done', { task: 't1' });
    const tasksOf = client.entities('tasks');
    expect((await tasksOf.get('t1', { after })).status).toBe('done');
    expect((await tasksOf.get('t1', { at: 1 })).status).toBe('open');
    expect((await tasksOf.whatIf('t1', { without: [2] })).wouldBe?.status).toBe('open');
    expect((await allOf(tasksOf.history('t1'))).map(({ position }) => position)).toEqual([1, 2]);
  });

  it('that is not there is a problem', async () => {
    const missing = await client
      .entities('tasks')
      .get('x')
      .catch((error: unknown) => error);
    expect(isProblem(missing, 'entity-not-found')).toBe(true);
  });
});

describe.each([{ push: true }, { push: false, pollMs: 20 }])('what is watched, %j', (watch) => {
  let watching: Client<Tasks>;
  beforeEach(() => {
    watching = createClient<Tasks>({ url, retry: { minPauseMs: 5, maxPauseMs: 20 }, watch });
  });

  it('is a page, and each that follows', async () => {
    await client.entities('tasks').page({ after: await openTasks(3, 9) });
    const pages: string[][] = [];
    for await (const { items } of watching.entities('tasks').watch({ filter: { status: 'open' } })) {
      pages.push(items.map(({ key }) => key));
      if (pages.length === 2) break;
      await record('task.done', { task: 't1' });
    }
    expect(pages).toEqual([['t1', 't2'], ['t2']]);
  });

  it('is an entity, and each change of it', async () => {
    await client.entities('tasks').get('t1', { after: await openTasks(3) });
    const statuses: unknown[] = [];
    for await (const task of watching.entities('tasks').watchOne('t1')) {
      statuses.push(task?.status);
      if (statuses.length === 2) break;
      await record('task.done', { task: 't1' });
    }
    expect(statuses).toEqual(['open', 'done']);
  });
});

it('has the types of the views', () => {
  const typed = (task: Entity<ReturnType<typeof tasks.view>>): void => {
    const hours: number = task.hours;
    // @ts-expect-error -- no member of the view
    const other: unknown = task.other;
    expect([hours, other]).toBeDefined();
  };
  const chosen = async (): Promise<void> => {
    const { items } = await client.entities('tasks').page({ fields: ['hours'] });
    const hours: number | undefined = items[0]?.hours;
    // @ts-expect-error -- a member that was not asked for
    const status: unknown = items[0]?.status;
    // @ts-expect-error -- no member of the view
    await client.entities('tasks').page({ fields: ['other'] });
    expect([hours, status]).toBeDefined();
  };
  expect(chosen).toBeDefined();
  expect(typed).toBeDefined();
});
