/** `GET /model`: the contexts of an application that runs, with what they decide, fold and serve. */
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { AppModule } from '../../src/apps/app-definition.js';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { PARTS, monolith } from '../../src/apps/monolith/monolith.module.js';
import { readSettings } from '../../src/apps/settings.js';
import type { DescribedContext, DescribedModel } from '../../src/runtime/http/model/described-model.js';
import {
  InvalidSetting,
  LeftfoldModule,
  MemoryStore,
  defineDecider,
  defineEvent,
} from '../../src/runtime/index.js';
import { defineReadModel } from '../../src/runtime/projection/read-models/index.js';
import { BankModule, accounts, contracts as bankContracts } from '../bank/bank.js';
import { totalOf } from '../support/amounts.js';
import { SILENT } from '../support/documented-requests.js';

const noteWritten = defineEvent({
  type: 'note.written',
  open: true,
  schema: z.strictObject({ text: z.string() }),
}).revise({
  schema: z.strictObject({ text: z.string(), words: z.int() }),
  examples: [{ data: { text: 'so it is', words: 3 } }],
  upcast: ({ data: { text } }) => [{ data: { text, words: text.split(' ').length } }],
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [noteWritten],
      records: [noteWritten],
      projections: [totalOf('total')],
      deciders: [
        defineDecider({
          name: 'private-account',
          machine: accounts.machine,
          consumes: bankContracts,
          subject: () => [],
          commands: {
            open: { ...accounts.commands.open, input: z.strictObject({ owner: z.string() }) },
          },
        }),
      ],
      readModels: [
        defineReadModel({
          name: 'notes',
          consumes: [noteWritten],
          schema: () => Promise.resolve(),
          handle: () => Promise.resolve(),
        }),
      ],
    }),
  ],
})
class NotesModule {}

const opened: NestFastifyApplication[] = [];
afterAll(() => Promise.all(opened.map((app) => app.close())));

async function modelOf(environment: Record<string, string>, prefix?: string): Promise<DescribedModel> {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', ...environment });
  const definition = monolith(settings, { ...PARTS, contexts: [BankModule, NotesModule] });
  const http = { ...definition.http, ...(prefix !== undefined && { prefix }) };
  const app = await createHttpApplication(
    AppModule.over(new MemoryStore(), settings, { ...definition, http }),
    {
      title: 'A test',
      description: 'What is served.',
      version: '0.0.0',
      jsonTypes: [],
      logger: SILENT,
    },
  );
  opened.push(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const { statusCode, payload } = await app.inject(`${prefix === undefined ? '' : `/${prefix}`}/model`);
  expect(statusCode).toBe(200);
  return JSON.parse(payload) as DescribedModel;
}

function context({ contexts }: DescribedModel, name: string): DescribedContext {
  const found = contexts.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no context ${name}`);
  return found;
}

describe('the model of an application that runs', () => {
  let model: DescribedModel;

  beforeAll(async () => {
    model = await modelOf({});
  });

  it('has its contexts', () => {
    expect(model.contexts.map(({ name }) => name)).toEqual(['Bank', 'Notes']);
  });

  it('has deciders with their states, and commands with what they take, record, and where they are given', () => {
    const [account] = context(model, 'Bank').deciders;
    expect(account).toMatchObject({
      name: 'account',
      path: '/accounts',
      ids: 'text',
      tags: ['account:{id}'],
      consumes: ['account.opened', 'money.deposited', 'money.withdrawn', 'account.closed'],
    });
    expect(account?.states.map(({ path }) => path)).toEqual(['', 'unknown', 'open', 'closed']);
    expect(account?.commands.map(({ name, creates, method, path }) => [name, creates, method, path])).toEqual(
      [
        ['open', true, 'POST', '/accounts'],
        ['deposit', false, 'POST', '/accounts/{id}/deposit'],
        ['withdraw', false, 'POST', '/accounts/{id}/withdraw'],
        ['close', false, 'POST', '/accounts/{id}/close'],
      ],
    );
    expect(account?.commands[0]).toMatchObject({
      input: {
        type: 'object',
        properties: { owner: { type: 'string', maxLength: 200 } },
        required: ['owner'],
      },
      records: ['account.opened'],
    });
  });

  it('has decisions about several subjects', () => {
    expect(context(model, 'Bank').decisions).toMatchObject([
      {
        name: 'transfers',
        method: 'POST',
        path: '/transfers',
        input: { required: ['from', 'to', 'cents'] },
        records: ['money.withdrawn', 'money.deposited'],
      },
    ]);
  });

  it('has entity projections with their index', () => {
    expect(context(model, 'Bank').entityProjections).toEqual([
      {
        name: 'accounts',
        path: '/accounts',
        consumes: ['account.opened', 'money.deposited', 'money.withdrawn', 'account.closed'],
        index: ['state', 'cents'],
        hasPast: true,
        tag: 'account:{key}',
      },
    ]);
  });

  it('has no paths of what is not served', () => {
    const { projections, readModels, records, deciders } = context(model, 'Notes');
    expect({ projections, readModels, records }).toEqual({
      projections: [{ name: 'total', consumes: ['amount.added'] }],
      readModels: [{ name: 'notes', consumes: ['note.written'] }],
      records: ['note.written'],
    });
    expect(deciders[0]).not.toHaveProperty('path');
    expect(Object.keys(deciders[0]?.commands[0] ?? {})).toEqual(['name', 'creates', 'input', 'records']);
  });

  it('has events with schema, examples and earlier revisions, and who records and consumes them', () => {
    expect(model.events.find(({ type }) => type === 'note.written')).toMatchObject({
      revision: 2,
      open: true,
      schema: { required: ['text', 'words'] },
      examples: [{ text: 'so it is', words: 3 }],
      earlier: [{ revision: 1, schema: { required: ['text'] }, upcast: ['note.written@2'] }],
      recordedBy: ['context Notes'],
      consumedBy: ['read model notes'],
    });
    expect(model.events.find(({ type }) => type === 'money.deposited')).toMatchObject({
      open: false,
      earlier: [],
      recordedBy: ['decider account: deposit', 'decision transfers'],
      consumedBy: ['decider account', 'entity projection accounts', 'decider private-account'],
    });
  });
});

describe('the model', () => {
  it('has paths under the prefix', async () => {
    const [account] = context(await modelOf({}, 'internal/log'), 'Bank').deciders;
    expect([account?.path, account?.commands[1]?.path]).toEqual([
      '/internal/log/accounts',
      '/internal/log/accounts/{id}/deposit',
    ]);
  });

  it('has contexts that other processes serve', async () => {
    const model = await modelOf({ LEFTFOLD_FORWARD: 'bank=http://127.0.0.1:1' });
    expect(model.contexts.map(({ name }) => name)).toEqual(['Notes', 'Bank']);
    expect(context(model, 'Bank').deciders[0]?.path).toBe('/accounts');
    expect(model.events.find(({ type }) => type === 'account.closed')?.recordedBy).toContain(
      'decider account: close',
    );
  });

  it('of something else than modules is refused', () => {
    expect(() => LeftfoldModule.forRoot({ store: 'memory:', http: { model: {} as never } })).toThrow(
      new InvalidSetting('http.model', 'must be true, false or an object with the list contexts'),
    );
  });
});
