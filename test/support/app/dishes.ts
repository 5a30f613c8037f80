/** Dishes and orders of dishes, whose commands use what `http` of a command offers; and the application that serves them. */
import type { INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  decideTogether,
  defineDecider,
  defineEvent,
  subjectId,
  tag,
  type RecordedOf,
  type Servable,
} from '../../../src/runtime/index.js';

const dishAdded = defineEvent({ type: 'dish.added', schema: z.strictObject({}) });
const orderOpened = defineEvent({ type: 'order.opened', schema: z.strictObject({}) });
const itemAdded = defineEvent({
  type: 'item.added',
  schema: z.strictObject({ item: z.string(), dish: z.string(), quantity: z.int() }),
});
const quantityChanged = defineEvent({
  type: 'quantity.changed',
  schema: z.strictObject({ item: z.string(), quantity: z.int() }),
});
const ofOrder = (id: string) => tag(`order:${id}`);
const ofDish = (id: string) => tag(`dish:${id}`);

export const dishes = defineDecider({
  name: 'dish',
  machine: setup({}).createMachine({
    id: 'dish',
    initial: 'unknown',
    states: {
      unknown: { on: { 'dish.added': 'known' } },
      known: { on: { 'item.added': 'known' } },
    },
  }),
  consumes: [dishAdded, itemAdded],
  subject: (id: string) => [ofDish(id)],
  http: { path: 'dishes' },
  commands: {
    add: {
      input: z.strictObject({}),
      records: dishAdded,
      http: { status: 204 },
      decide: (_state, _input, id) => dishAdded.create({}, [ofDish(id)]),
    },
  },
});

export type Items = Readonly<Record<string, number>>;

export const orders = defineDecider({
  name: 'order',
  machine: setup({
    types: {
      context: {} as { readonly items: Items },
      events: {} as RecordedOf<typeof orderOpened | typeof itemAdded | typeof quantityChanged>,
    },
    actions: {
      note: assign({
        items: ({ context, event }) =>
          'item' in event.data ? { ...context.items, [event.data.item]: event.data.quantity } : context.items,
      }),
    },
  }).createMachine({
    id: 'order',
    context: { items: {} },
    initial: 'unknown',
    states: {
      unknown: { on: { 'order.opened': 'open' } },
      open: { on: { 'item.added': { actions: 'note' }, 'quantity.changed': { actions: 'note' } } },
    },
  }),
  consumes: [orderOpened, itemAdded, quantityChanged],
  subject: (id: string) => [ofOrder(id)],
  http: { path: 'orders' },
  commands: {
    open: {
      input: z.strictObject({}),
      records: orderOpened,
      http: { shows: true },
      decide: (_state, _input, id) => orderOpened.create({}, [ofOrder(id)]),
    },
    change: {
      input: z.strictObject({ item: z.string(), quantity: z.int().positive() }),
      examples: [{ item: 'i', quantity: 2 }],
      records: quantityChanged,
      http: { path: 'items/{item}/quantity', shows: true, status: 200, location: 'orders/{id}/items/{item}' },
      decide: (_state, input, id) => quantityChanged.create(input, [ofOrder(id)]),
    },
  },
});

export const addItem = decideTogether({
  name: 'add-item',
  input: z.strictObject({
    order: subjectId,
    item: z.string(),
    dish: subjectId,
    quantity: z.int().positive(),
  }),
  examples: [{ order: 'o', dish: 'd', quantity: 2 }],
  models: ({ order, dish }) => ({ order: orders.decisionModel(order), dish: dishes.decisionModel(dish) }),
  records: { order: itemAdded, dish: itemAdded },
  http: {
    path: 'orders/{order}/items',
    makes: 'item',
    location: 'items/{item}',
    status: 202,
    many: true,
    answer: ({ commit, location, link, inputs: [input] }) => ({
      position: commit.last,
      links: { self: location, order: link(`/orders/${String(input?.order)}`) },
    }),
    answerSchema: z.object({ position: z.int(), links: z.object({ self: z.string(), order: z.string() }) }),
  },
  decide: (_state, { order, ...item }) => itemAdded.create(item, [ofOrder(order), ofDish(item.dish)]),
});

export interface Answered {
  readonly status: number;
  readonly location: string;
  readonly position: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ServedDishes {
  readonly app: INestApplication;
  readonly url: string;
  readonly send: (
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answered>;
}

/** The application of these contexts, listening, under the prefix `/api`. The test closes it. */
export async function serveDishes(
  adapter: AbstractHttpAdapter,
  deciders: readonly Servable[] = [],
): Promise<ServedDishes> {
  const module = await Test.createTestingModule({
    imports: [
      LeftfoldModule.forRoot({ store: 'memory:', http: { prefix: 'api', health: true } }),
      LeftfoldModule.forFeature({
        contracts: [dishAdded, orderOpened, itemAdded, quantityChanged],
        deciders: [dishes, orders, addItem, ...deciders],
        http: true,
      }),
    ],
  }).compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app: INestApplication = module.createNestApplication(adapter, { rawBody: true, logger: false });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/api`;
  return { app, url, send: (path, body, headers) => sendTo(`${url}/${path}`, body, headers) };
}

async function sendTo(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    location: answer.headers.get('location') ?? '',
    position: Number(answer.headers.get('leftfold-position')),
    text,
    body: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>,
  };
}
