/** A handler for the CommandBus of `@nestjs/cqrs` that carries out a command of a decider. */
import { Inject, type Type } from '@nestjs/common';
import type { Commit } from '../event-log/event.js';
import { EventLog } from '../event-log/event-log.js';
import { execute, type Commanded } from './execute.js';
import type { AnyInputSchema, InputOf } from './input-schema.js';

/** What the bus gives to a handler: the id of the subject, and the members of the input. */
export type BusCommand<Id, Input> = Input & { readonly id: Id };

/** What `@nestjs/cqrs` calls. */
export interface BusHandler<Id, Input> {
  execute(command: BusCommand<Id, Input>): Promise<Commit>;
}

/**
 * The base of a handler: `@CommandHandler(Deposit) class DepositHandler extends commandHandler(accounts, 'deposit') {}`. The command's own
 * members other than `id` are the input, so its schema must be of an object.
 */
export function commandHandler<
  Id,
  Context,
  Schemas extends { readonly [Each in keyof Schemas]: AnyInputSchema },
  Name extends keyof Schemas,
>(decider: Commanded<Id, Context, Schemas>, name: Name): Type<BusHandler<Id, InputOf<Schemas[Name]>>> {
  class Handler implements BusHandler<Id, InputOf<Schemas[Name]>> {
    constructor(@Inject(EventLog) private readonly log: EventLog) {}

    execute(command: BusCommand<Id, InputOf<Schemas[Name]>>): Promise<Commit> {
      const { id, ...input } = command as { readonly id: Id };
      return execute(this.log, decider, id, name, input as InputOf<Schemas[Name]>);
    }
  }
  return Handler;
}
