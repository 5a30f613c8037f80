/** A bounded context: deposits are recorded, and a projection keeps the balance. */
import { Body, Controller, Module, Post } from '@nestjs/common';
import { EventLog, LeftfoldModule, defineEvent, defineProjection, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { z } from 'zod';

export const moneyDeposited = defineEvent({
  type: 'money.deposited',
  open: true, // anybody may append it, by POST /events too
  schema: z.strictObject({ cents: z.int().positive() }),
  examples: [{ data: { cents: 1250 } }],
});

const machine = setup({
  types: {
    context: {} as { readonly cents: number },
    events: {} as RecordedOf<typeof moneyDeposited>,
  },
  actions: {
    add: assign({ cents: ({ context, event }) => context.cents + event.data.cents }),
  },
}).createMachine({
  id: 'balance',
  context: { cents: 0 },
  initial: 'open',
  states: { open: { on: { 'money.deposited': { actions: 'add' } } } },
});

export const balance = defineProjection({
  name: 'balance',
  machine,
  consumes: [moneyDeposited],
  view: ({ context }) => ({ cents: context.cents }),
});

@Controller('deposits')
class DepositsController {
  constructor(private readonly log: EventLog) {}

  @Post()
  async deposit(@Body() { cents }: { cents: number }): Promise<{ position: number }> {
    const { last } = await this.log.append([moneyDeposited.create({ cents })]);
    return { position: last };
  }
}

@Module({
  imports: [LeftfoldModule.forFeature({ contracts: [moneyDeposited], projections: [balance], http: true })],
  controllers: [DepositsController],
})
export class DepositsModule {}
