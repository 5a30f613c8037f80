/** The factor: the product of all entries, exact however long it is. Its state grows with the log, as few others do. */
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

/** Partial products of 1, 2, 4, … numbers, largest first: multiplied together in time that stays bounded for each number. */
type Partials = readonly { readonly rank: number; readonly product: bigint }[];

export interface FactorContext {
  readonly count: number;
  readonly zeros: number;
  readonly factors: Partials;
  readonly retracted: Partials;
}

function withFactor(partials: Partials, value: string): Partials {
  const next = [...partials];
  let merged = { rank: 0, product: BigInt(value) };
  for (let last = next.at(-1); last?.rank === merged.rank; last = next.at(-1)) {
    next.pop();
    merged = { rank: merged.rank + 1, product: last.product * merged.product };
  }
  return [...next, merged];
}

const productOf = (partials: Partials): bigint =>
  partials.reduceRight((product, partial) => product * partial.product, 1n);

const valueOf = ({ zeros, factors, retracted }: FactorContext): string =>
  String(zeros > 0 ? 0n : productOf(factors) / productOf(retracted));

export const factorMachine = setup({
  types: {
    context: {} as FactorContext,
    events: {} as RecordedOf<typeof entryRecorded> | RecordedOf<typeof entryRetracted>,
  },
  guards: {
    isZero: ({ event }) => event.data.value === '0',
    isLastZero: ({ context, event }) => event.data.value === '0' && context.zeros === 1,
  },
  actions: {
    addZero: assign({
      zeros: ({ context }) => context.zeros + 1,
      count: ({ context }) => context.count + 1,
    }),
    removeZero: assign({
      zeros: ({ context }) => context.zeros - 1,
      count: ({ context }) => context.count - 1,
    }),
    multiply: assign({
      factors: ({ context, event }) => withFactor(context.factors, event.data.value),
      count: ({ context }) => context.count + 1,
    }),
    divide: assign({
      retracted: ({ context, event }) => withFactor(context.retracted, event.data.value),
      count: ({ context }) => context.count - 1,
    }),
  },
}).createMachine({
  id: 'factor',
  context: { count: 0, zeros: 0, factors: [], retracted: [] },
  initial: 'nonzero',
  states: {
    nonzero: {
      on: {
        'entry.recorded': [{ guard: 'isZero', target: 'zero', actions: 'addZero' }, { actions: 'multiply' }],
        'entry.retracted': [{ guard: 'isZero' }, { actions: 'divide' }],
      },
    },
    zero: {
      on: {
        'entry.recorded': [{ guard: 'isZero', actions: 'addZero' }, { actions: 'multiply' }],
        'entry.retracted': [
          { guard: 'isLastZero', target: 'nonzero', actions: 'removeZero' },
          { guard: 'isZero', actions: 'removeZero' },
          { actions: 'divide' },
        ],
      },
    },
  },
});

export const factor = defineProjection({
  name: 'factor',
  machine: factorMachine,
  consumes: [entryRecorded, entryRetracted],
  view: ({ context, value }) => ({ value: valueOf(context), state: value, count: context.count }),
});

const TEXT = 'text/plain; charset=utf-8';

@Controller('factor')
export class FactorController {
  constructor(@InjectProjection(factor) private readonly projection: Projection<FactorContext>) {}

  @Get('state')
  @ApiTextQuery('factor', 'The factor as one line of text', '\nfactor: 2\n')
  state(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: TEXT,
      body: ({ state }) => `\nfactor: ${valueOf(state.context)}\n`,
    });
  }

  @Get('value')
  @ApiTextQuery('factor', 'The exact factor in decimal, however long', '2')
  value(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: TEXT,
      body: ({ state }) => valueOf(state.context),
    });
  }
}
