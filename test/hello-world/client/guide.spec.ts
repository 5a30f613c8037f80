/** What `docs/client.md` shows of the client does what it says. The guide shows parts of this file as they are, and of `generated.spec.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { from, take } from 'rxjs';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { startMonolith } from '../../../src/apps/monolith/start-monolith.js';
import { readSettings } from '../../../src/apps/settings.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { createClient, isProblem } from '../../../src/runtime/client/index.js';
import type { numberDecider } from '../../../src/contexts/numbers/number.decider.js';
import type { numberRecorded, numberRetracted } from '../../../src/contexts/numbers/numbers.events.js';
import type { sum } from '../../../src/contexts/sum/sum.projection.js';
import type { tasks } from '../../guides/lists/tasks.js';
import { BankModule } from '../../bank/bank.js';
import { until } from '../../support/api.js';
import { SILENT } from '../../support/documented-requests.js';
import { blocksOf } from '../../support/readme.js';
import { TasksModule } from '../../guides/lists/tasks.js';

const GUIDE = 'docs/client.md';

/** Where the guide's imports are in this repository. */
const FILES = {
  'leftfold/client': '../../../src/runtime/client/index.js',
  './numbers/': '../../../src/contexts/numbers/',
  './sum/': '../../../src/contexts/sum/',
  './tasks.js': '../../guides/lists/tasks.js',
};

interface Server {
  readonly deciders: { readonly numbers: typeof numberDecider };
  readonly projections: { readonly sum: typeof sum };
  readonly entities: { readonly tasks: typeof tasks };
  readonly events: typeof numberRecorded | typeof numberRetracted;
}

const currentToken = (): string => 'none';

const client = createClient<Server>({
  url: 'http://localhost:3000',
  credentials: () => currentToken(),
  routes: { numbers: { retract: 'retraction' } },
});

let app: NestFastifyApplication;
let url: string;
let shown: unknown[];
const show = (value: unknown): unknown => shown.push(value);

beforeEach(async () => {
  shown = [];
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', PORT: '0' });
  const contexts = [HelloWorldModule, TasksModule, BankModule];
  const running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts });
  ({ app, url } = running);
  Object.assign(client, createClient<Server>({ url, routes: { numbers: { retract: 'retraction' } } }));
});

afterEach(() => app.close());

it('shows parts of this file, and of the spec of what is generated, as they are', () => {
  const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  const files = [import.meta.filename, join(import.meta.dirname, 'generated.spec.ts')];
  const spec = inOneLine(files.map((file) => readFileSync(file, 'utf8')).join('\n'));
  const examples = blocksOf(GUIDE).filter(({ language }) => language === 'ts');
  expect(examples).toHaveLength(14);
  for (const { text } of examples) {
    const here = Object.entries(FILES).reduce(
      (code, [name, file]) => code.replaceAll(`'${name}`, `'${file}`),
      text,
    );
    expect(spec).toContain(inOneLine(here));
  }
});

describe('commands', () => {
  it('create, are refused, and tell what is possible', async () => {
    const { position, location } = await client.decider('numbers').create({ value: '5' });
    await client.decider('numbers').create([{ value: '6' }, { value: '7' }]); // one commit
    expect([position, location]).toEqual([1, '/numbers/1']);

    try {
      await client.decider('numbers').execute(1, 'retract', { reason: 'a slip' });
    } catch (error) {
      if (isProblem(error, 'number-already-retracted')) show(error.detail);
      else throw error;
    }
    const { commands } = await client.decider('numbers').get(1); // what is possible now
    expect(commands).toEqual({});
  });

  it('are about several subjects', async () => {
    const anyClient = createClient({ url });
    for (const id of ['a', 'b']) await anyClient.decider('accounts').create({ id, owner: 'Ann' });
    await anyClient.decider('accounts').execute('a', 'deposit', { cents: 50 });
    await client.decide('transfers', { from: 'a', to: 'b', cents: 50 });
    expect(await anyClient.decider('accounts').get('b')).toMatchObject({ cents: 50 });
    const refused = await client
      .decide('transfers', { from: 'a', to: 'b', cents: 50 })
      .catch((error: unknown) => error);
    expect(isProblem(refused, 'not-enough-money')).toBe(true);
  });
});

describe('queries', () => {
  it('are of one state', async () => {
    await client.decider('numbers').create([{ value: '5' }, { value: '6' }, { value: '7' }]);
    await client.decider('numbers').create({ value: '1' });
    const { value } = await client.projection('sum').get(); // with what this client has recorded
    const before = await client.projection('sum').get({ at: 3 });
    const { wouldBe } = await client.projection('sum').whatIf({ without: [2] });
    for await (const point of client.projection('sum').history()) show(point.position);
    expect([value, before.value, wouldBe?.value]).toEqual(['19', '18', '13']);
  });
});

describe('anything else', () => {
  it('is asked for by its path', async () => {
    const { body } = await client.request('/projections/sum/audit', { method: 'POST' });
    const links = await client.request('/projections', { query: {} });
    expect(body).toMatchObject({ projection: 'sum' });
    const { projections } = links.body as {
      readonly projections: readonly { readonly links: { self: string } }[];
    };
    const [first] = projections;
    const details = await client.request(first?.links.self ?? '', { isLink: true });
    expect(details.body).toMatchObject({ name: 'sum' });
    const unknown = await client.request('/projections/nothing').catch((error: unknown) => error);
    expect(isProblem(unknown, 'projection-not-found')).toBe(true);
  });
});

describe('lists, and what is watched', () => {
  const open = { filter: { status: 'open', 'hours.gte': 2 }, sort: ['-hours'] };

  beforeEach(async () => {
    const event = (task: string, hours: number): object => ({
      type: 'task.opened',
      data: { task, title: task, hours },
      tags: [`task:${task}`],
    });
    const events = [event('t1', 3), event('t2', 9), event('t3', 1)];
    await fetch(`${url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    await client.entities('tasks').page({ after: 3 });
  });

  it('are filtered and counted', async () => {
    for await (const task of client.entities('tasks').list(open)) show(task.hours);
    const howMany = await client.entities('tasks').count(open);
    expect(howMany).toBe(2);
  });

  it('show each state until they are ended', async () => {
    const ending = new AbortController();
    const { signal } = ending;
    const watching = (async (): Promise<void> => {
      for await (const state of client.projection('sum').watch({ signal })) show(state.value);
    })();
    await until(() => shown.includes('0'));
    await client.decider('numbers').create({ value: '5' });
    await until(() => shown.includes('5'));
    ending.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
  });

  it('call who has subscribed', async () => {
    const subscription = client
      .entities('tasks')
      .watch(open)
      .subscribe(({ items }) => {
        show(items.length);
      });
    await until(() => shown.includes(2));
    subscription.unsubscribe();

    from(client.events({ after: 'now', types: ['number.recorded'] })) // of RxJS
      .pipe(take(1))
      .subscribe((event) => {
        show(event.data.value);
      });
    await until(async () => {
      await client.decider('numbers').create({ value: '7' });
      return shown.includes('7');
    });
  });
});
