/** Tests of the context, with node:test: its rules, its view, and the application with its log in memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import { EventLog, LeftfoldModule, ProjectionHost, defineDecider, tag } from 'leftfold';
import { exampleOf, given, refused, settled } from 'leftfold/testing';
import { arbitraryOf, checkDecider } from 'leftfold/testing/properties';
import { setup } from 'xstate';
import { z } from 'zod';
import { DepositsModule, balance, moneyDeposited } from './deposits.js';

const savings = defineDecider({
  name: 'savings',
  machine: setup({}).createMachine({
    initial: 'empty',
    states: { empty: { on: { 'money.deposited': 'filled' } }, filled: {} },
  }),
  consumes: [moneyDeposited],
  subject: (id: string) => [tag(`savings:${id}`)],
  commands: {
    fill: {
      input: z.strictObject({ cents: z.int().positive() }),
      records: moneyDeposited,
      decide: (_state, { cents }, id) => moneyDeposited.create({ cents }, [tag(`savings:${id}`)]),
    },
  },
});

describe('savings', () => {
  it('are filled once', async () => {
    await given([])
      .when(savings, 'a', 'fill', { cents: 5 })
      .then([moneyDeposited.create({ cents: 5 })]);
    await given([exampleOf(moneyDeposited)])
      .when(savings, 'a', 'fill', { cents: 5 })
      .then(refused('savings-not-ready'));
  });

  it('keep their rules whatever is asked', async () => {
    assert.deepEqual((await checkDecider(savings, { runs: 20 })).neverReached, []);
  });

  it('fail in words when they do something else', async () => {
    const wrong = given([]).when(savings, 'a', 'fill', { cents: 5 }).then([]);
    await assert.rejects(wrong, { code: 'ERR_ASSERTION', message: /\+ money\.deposited \{ cents: 5 \}/ });
  });
});

describe('the balance', () => {
  it('is the sum of the deposits', () => {
    fc.assert(
      fc.property(arbitraryOf(moneyDeposited), ({ cents }) => {
        given([moneyDeposited.create({ cents })]).expectView(balance, { cents });
      }),
    );
  });

  it('is there once everything is folded', async () => {
    const app = await NestFactory.createApplicationContext(
      { module: class {}, imports: [LeftfoldModule.forRoot({ store: 'memory:' }), DepositsModule] },
      { logger: false },
    );
    await app.get(EventLog).append([moneyDeposited.create({ cents: 7 })]);
    await settled(app);
    assert.deepEqual(app.get(ProjectionHost).find('balance')?.view(), { cents: 7 });
    await app.close();
  });
});
