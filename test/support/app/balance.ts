/** The balance: the sum of all entries, as a projection, and as one line of text. */
import { Controller, Get, Req, Res } from '@nestjs/common';
import { assign, setup } from 'xstate';
import {
  ApiTextQuery,
  answerQuery,
  type HttpRequest,
  type HttpResponse,
} from '../../../src/runtime/http/index.js';
import {
  InjectProjection,
  Projection,
  defineProjection,
  type RecordedOf,
} from '../../../src/runtime/index.js';
import { entryRecorded, entryRetracted } from './entries.events.js';

export interface BalanceContext {
  readonly total: bigint;
  readonly count: number;
}

export const balanceMachine = setup({
  types: {
    context: {} as BalanceContext,
    events: {} as RecordedOf<typeof entryRecorded> | RecordedOf<typeof entryRetracted>,
  },
  actions: {
    add: assign({
      total: ({ context, event }) => context.total + BigInt(event.data.value),
      count: ({ context }) => context.count + 1,
    }),
    subtract: assign({
      total: ({ context, event }) => context.total - BigInt(event.data.value),
      count: ({ context }) => context.count - 1,
    }),
  },
}).createMachine({
  id: 'balance',
  context: { total: 0n, count: 0 },
  initial: 'empty',
  states: {
    empty: { on: { 'entry.recorded': { target: 'counting', actions: 'add' } } },
    counting: { on: { 'entry.recorded': { actions: 'add' }, 'entry.retracted': { actions: 'subtract' } } },
  },
});

export const balance = defineProjection({
  name: 'balance',
  machine: balanceMachine,
  consumes: [entryRecorded, entryRetracted],
  view: ({ context, value }) => ({ value: String(context.total), state: value, count: context.count }),
});

@Controller('balance')
export class BalanceController {
  constructor(@InjectProjection(balance) private readonly projection: Projection<BalanceContext>) {}

  @Get('state')
  @ApiTextQuery('balance', 'The balance as one line of text', '\nbalance: 6\n')
  state(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: 'text/plain; charset=utf-8',
      body: ({ state }) => `\nbalance: ${String(state.context.total)}\n`,
    });
  }
}
