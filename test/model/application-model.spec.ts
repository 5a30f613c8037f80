/** The model of an application: who records and who consumes, what states allow, how it is drawn, and what is missing in it. */
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { setup } from 'xstate';
import { z } from 'zod';
import { contexts as helloWorld } from '../../src/apps/monolith/contexts.js';
import { createInvoice, customers, emails, invoiceCreated } from '../guides/commands/customers.js';
import { steps, tasks } from '../guides/lists/tasks.js';
import {
  accountClosed,
  accountMachine,
  contracts as accountContracts,
} from '../guides/write-side/accounts.js';
import { dotFaults } from '../support/dot.js';
import { flowchartFaults } from '../support/mermaid-flowchart.js';
import {
  EventLog,
  LeftfoldModule,
  MemoryStore,
  defineDecider,
  defineEvent,
  defineProjection,
  tag,
} from '../../src/runtime/index.js';
import { defineReadModel } from '../../src/runtime/projection/read-models/index.js';
import { applicationModel, type ApplicationModel } from '../../src/runtime/model/application-model.js';
import { MODEL_FORMATS } from '../../src/runtime/model/formats.js';
import { modelFaults } from '../../src/runtime/model/model-faults.js';
import { reliancesIn } from '../../src/runtime/model/reliances.js';

const account = defineDecider({
  name: 'account',
  machine: accountMachine,
  consumes: accountContracts,
  subject: (id: string) => [tag(`account:${id}`)],
  commands: {
    close: { input: z.strictObject({}), records: accountClosed, decide: () => [] },
  },
});

const forgotten = defineEvent({ type: 'thing.forgotten', schema: z.strictObject({}) });

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [...emails.contracts],
      deciders: [customers, emails.decider, createInvoice],
      records: emails.contracts,
      reliesOn: [{ event: invoiceCreated, fields: ['number'] }],
    }),
  ],
})
class CustomersModule {}

@Module({
  imports: [
    LeftfoldModule.forFeature({ deciders: [account] }),
    LeftfoldModule.forFeature({
      contracts: [forgotten],
      projections: [
        tasks,
        steps,
        defineProjection({
          name: 'balance',
          machine: accountMachine,
          consumes: accountContracts,
          view: () => ({}),
        }),
      ],
      readModels: [
        defineReadModel({
          name: 'closures',
          consumes: [accountClosed],
          schema: () => Promise.resolve(),
          handle: () => Promise.resolve(),
        }),
      ],
      reliesOn: [{ event: accountClosed, fields: ['account'] }],
    }),
  ],
})
class AccountsModule {}

const model = applicationModel([CustomersModule, AccountsModule]);

const eventOf = (type: string): ApplicationModel['events'][number] | undefined =>
  model.events.find((event) => event.type === type);

describe('the model', () => {
  it('tells who records an event: commands, decisions, services, claims', () => {
    expect(eventOf('customer.registered')?.recordedBy).toEqual(['decider customers: register']);
    expect(eventOf('invoice.created')?.recordedBy).toEqual(['decision invoices']);
    expect(eventOf('email.claimed')?.recordedBy).toEqual(['context Customers']);
    expect(eventOf('task.done')).toMatchObject({ open: true, recordedBy: [] });
  });

  it('tells who consumes it: deciders, projections, entity projections, and what else relies on it', () => {
    expect(eventOf('account.closed')?.consumedBy).toEqual([
      'decider account',
      'projection balance',
      'read model closures',
    ]);
    expect(eventOf('task.done')?.consumedBy).toEqual(['entity projection tasks']);
    expect(eventOf('invoice.created')?.consumedBy).toEqual(['context Customers']);
  });

  it('has the states of a decider, with the commands that each allows, always or if a guard does', () => {
    const { chart } = model.contexts[1]?.deciders[0] ?? { chart: undefined };
    expect(chart?.states).toEqual([
      { name: 'unknown', isInitial: true, isFinal: false, commands: [], guarded: [] },
      { name: 'open', isInitial: false, isFinal: false, commands: [], guarded: ['close'] },
      { name: 'closed', isInitial: false, isFinal: false, commands: [], guarded: [] },
    ]);
    expect(chart?.transitions).toEqual([
      { from: 'unknown', to: 'open', event: 'account.opened' },
      { from: 'open', to: 'open', event: 'money.deposited' },
      { from: 'open', to: 'open', event: 'money.withdrawn' },
      { from: 'open', to: 'closed', event: 'account.closed' },
    ]);
    const [ofCustomers] = model.contexts[0]?.deciders ?? [];
    expect(ofCustomers?.chart.states.map(({ name, commands }) => [name, commands])).toEqual([
      ['unknown', ['register']],
      ['registered', ['changeAddress', 'leave']],
      ['left', []],
    ]);
  });

  it('finds states that are nested and parallel, and transitions that states around them have', () => {
    const nested = defineDecider({
      name: 'nested',
      machine: setup({}).createMachine({
        type: 'parallel',
        states: {
          one: { initial: 'a', states: { a: { on: { 'account.closed': 'b' } }, b: { type: 'final' } } },
          two: { on: { 'account.*': { target: '.d' } }, initial: 'c', states: { c: {}, d: {} } },
        },
      }),
      consumes: [accountClosed],
      subject: () => [tag('a')],
      commands: { close: { input: z.strictObject({}), records: accountClosed, decide: () => [] } },
    });
    const [found] = applicationModel([LeftfoldModule.forFeature({ deciders: [nested] })]).contexts;
    expect(found?.name).toBe('Application');
    expect(
      found?.deciders[0]?.chart.states.map(({ name, isInitial, commands }) => [name, isInitial, commands]),
    ).toEqual([
      ['one.a', true, ['close']],
      ['one.b', false, []],
      ['two.c', true, ['close']],
      ['two.d', false, ['close']],
    ]);
  });
});

describe('a model as text', () => {
  const models: readonly (readonly [string, ApplicationModel])[] = [
    ['the guides', model],
    ['the hello world', applicationModel(helloWorld)],
    ['nothing', applicationModel([])],
  ];

  it.each(models)('is Mermaid that can be drawn: %s', (_name, drawn) => {
    expect(flowchartFaults(MODEL_FORMATS.mermaid(drawn))).toEqual([]);
  });

  it.each(models)('is well-formed DOT: %s', (_name, drawn) => {
    expect(dotFaults(MODEL_FORMATS.dot(drawn))).toEqual([]);
  });

  it('is JSON with all that is known', () => {
    expect(JSON.parse(MODEL_FORMATS.json(model))).toEqual(JSON.parse(JSON.stringify(model)));
  });

  it('shows arrows from who records to the event, and from the event to who consumes it', () => {
    const text = MODEL_FORMATS.mermaid(
      applicationModel([LeftfoldModule.forFeature({ deciders: [account] })]),
    );
    expect(text.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'subgraph c1["Application"]',
        'c1_d1_m{{"decider account"}}',
        'c1_d1_s2("open: close (guarded)")',
        'e1["account.closed"]',
        'c1_d1_m -->|"close"| e1',
        'e1 --> c1_d1_m',
        'c1_d1_s2 -->|"account.closed"| c1_d1_s3',
      ]),
    );
  });
});

describe('what is missing in a model', () => {
  it('is named: who records, who consumes, examples', () => {
    expect(modelFaults(model).filter((fault) => fault.startsWith('thing.'))).toEqual([
      'thing.forgotten: nobody records it; name it in records of a command or, where a service or a claim records it, of forFeature',
      'thing.forgotten: nobody consumes it; where something else than a projection or a decider does, name it in reliesOn of forFeature',
      'thing.forgotten: its contract has no examples; give it some, as in examples: [{ data: … }]',
    ]);
  });

  it('is nothing in the hello world', () => {
    expect(modelFaults(applicationModel(helloWorld))).toEqual([]);
  });
});

describe('what a context records and relies on', () => {
  it('is registered with the log as what it publishes is', async () => {
    const app = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: new MemoryStore() }),
        LeftfoldModule.forFeature({ records: [forgotten], reliesOn: [{ event: accountClosed }] }),
      ],
    }).compile();
    expect(app.get(EventLog).contracts.types).toEqual(
      expect.arrayContaining(['account.closed', 'thing.forgotten']),
    );
    await app.close();
  });
});

describe('reliances', () => {
  it('tell the context, as the model calls it', () => {
    const contexts = new Set(reliancesIn([AccountsModule, CustomersModule]).map(({ context }) => context));
    expect([...contexts]).toEqual(['Accounts', 'Customers']);
  });

  it('are what contexts declare, by the consumer, and otherwise all of what is consumed', () => {
    const found = reliancesIn([AccountsModule, CustomersModule]).map(({ consumer, event, fields }) => [
      consumer,
      event.type,
      fields,
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['projection balance', 'account.closed', ['account']],
        ['projection balance', 'account.opened', undefined],
        ['decider account', 'account.closed', ['account']],
        ['entity projection tasks', 'task.done', undefined],
        ['read model closures', 'account.closed', ['account']],
        ['context Customers', 'invoice.created', ['number']],
      ]),
    );
  });
});
