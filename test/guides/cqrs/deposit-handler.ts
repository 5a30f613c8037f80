/** A command of the bank's decider on the CommandBus. */
import { CommandHandler } from '@nestjs/cqrs';
import { commandHandler, type ExecuteOptions } from '../../../src/runtime/index.js';
import { accounts } from '../../bank/bank.js';

export class Deposit {
  constructor(
    readonly id: string,
    readonly cents: number,
    readonly options?: ExecuteOptions,
  ) {}
}

@CommandHandler(Deposit)
export class DepositHandler extends commandHandler(accounts, 'deposit') {}
