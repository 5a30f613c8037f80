/**
 * A server of the tests' own, made of what is built: it totals amounts. The machines of `total` and `careful` throw at any
 * amount that BAD names; `other` throws at none. Settings: LEFTFOLD_DATA, LEFTFOLD_STORE, LEFTFOLD_SNAPSHOT_EVERY, BAD (`13,-1`).
 */
import 'reflect-metadata';
import { built } from './built.mjs';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { assign, createMachine } from 'xstate';
import { z } from 'zod';

const { openStore } = await built('apps/open-store.js');
const { defineEvent } = await built('runtime/event-log/contracts/event-contract.js');
const { LeftfoldModule } = await built('runtime/leftfold.module.js');
const { createHttpApplication } = await built('apps/http-application.js');
const { defineProjection } = await built('runtime/projection/define-projection.js');

const {
  LEFTFOLD_DATA: data,
  LEFTFOLD_STORE: store = 'lmdb',
  LEFTFOLD_SNAPSHOT_EVERY: every = '1000',
  BAD = '',
} = process.env;
const bad = new Set(BAD.split(',').filter(Boolean).map(Number));

const amountAdded = defineEvent({
  type: 'amount.added',
  open: true,
  schema: z.strictObject({ amount: z.int() }),
});

const totalOf = (name, isBad) =>
  defineProjection({
    name,
    consumes: [amountAdded],
    machine: createMachine({
      id: name,
      context: { total: 0, count: 0, of: name },
      initial: 'empty',
      states: {
        empty: { on: { 'amount.added': { target: 'totalling', actions: 'add' } } },
        totalling: { on: { 'amount.added': { actions: 'add' } } },
      },
    }).provide({
      actions: {
        add: assign({
          total: ({ context, event }) => {
            if (isBad(event.data.amount)) throw new RangeError(`${event.data.amount} is too much`);
            return context.total + event.data.amount;
          },
          count: ({ context }) => context.count + 1,
        }),
      },
    }),
    view: ({ context, value }) => ({ total: context.total, count: context.count, state: value }),
  });

/** Where Nest begins; what is in it, the application says. */
class AmountsApp {
  log = 'amounts';
}

const app = await createHttpApplication(
  {
    module: AmountsApp,
    imports: [
      EventEmitterModule.forRoot({ wildcard: true }),
      LeftfoldModule.forRoot({
        store: await openStore({ store, data }),
        snapshots: { folder: data, every: Number(every) },
        http: { events: true, projections: true, operations: true, health: true },
      }),
      LeftfoldModule.forFeature({
        projections: [
          totalOf('total', (amount) => bad.has(amount)),
          totalOf('careful', (amount) => bad.has(amount)),
          totalOf('other', () => false),
        ],
        http: true,
      }),
    ],
  },
  {
    title: 'Amounts',
    description: 'Amounts that are added.',
    version: '0.0.0',
    jsonTypes: [],
    logger: { log: console.log, warn: console.warn, error: console.error },
  },
);
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
const url = await app
  .getHttpAdapter()
  .getInstance()
  .listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1' });
process.stdout.write(`listens on ${url}\n`);
