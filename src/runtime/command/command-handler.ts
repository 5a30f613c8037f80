/** A handler for the CommandBus of `@nestjs/cqrs` that carries out a command of a decider. */
import { Inject, type Type } from '@nestjs/common';
import type { Commit } from '../event-log/event.js';
import { EventLog } from '../event-log/event-log.js';
import { execute, type Commanded, type ExecuteOptions } from './execute.js';
import { jsonSchemaOf, type AnyInputSchema, type InputOf } from './input-schema.js';

/** What the bus gives to a handler: the id of the subject, the members of the input, and perhaps commit id and metadata. */
export type BusCommand<Id, Input> = Input & { readonly id: Id; readonly options?: ExecuteOptions };

/** What `@nestjs/cqrs` calls. */
export interface BusHandler<Id, Input> {
  execute(command: BusCommand<Id, Input>): Promise<Commit>;
}

/**
 * The base of a handler: `@CommandHandler(Deposit) class DepositHandler extends commandHandler(accounts, 'deposit') {}`. The command's own
 * members other than `id` and `options` are the input, so its schema must be of an object.
 *
 * @throws Error when the input has a member `id` or `options`
 */
export function commandHandler<
  Id,
  Context,
  Schemas extends { readonly [Each in keyof Schemas]: AnyInputSchema },
  Name extends keyof Schemas,
>(decider: Commanded<Id, Context, Schemas>, name: Name): Type<BusHandler<Id, InputOf<Schemas[Name]>>> {
  const { properties = {} } = jsonSchemaOf(decider.commands[name].input);
  const taken = ['id', 'options'].find((member) => Object.hasOwn(properties as object, member));
  if (taken !== undefined)
    throw new Error(
      `command ${String(name)} has an input with the member ${taken}, which is none of the input on the CommandBus`,
    );
  class Handler implements BusHandler<Id, InputOf<Schemas[Name]>> {
    constructor(@Inject(EventLog) private readonly log: EventLog) {}

    execute(command: BusCommand<Id, InputOf<Schemas[Name]>>): Promise<Commit> {
      const { id, options, ...input } = command as { readonly id: Id; readonly options?: ExecuteOptions };
      return execute(this.log, decider, id, name, input as InputOf<Schemas[Name]>, options);
    }
  }
  return Handler;
}
