/** Carries out a command of a decider as the program does, over HTTP as well. */
import { createAtPositions } from '../command/execute-many.js';
import { execute } from '../command/execute.js';
import { validInput } from '../command/input-schema.js';
import type { AnyCommand } from '../command/commands.js';
import { creatingCommand, type AnyDecider } from '../command/decider.js';
import type { Commit } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';

/**
 * The command that creates subjects which are named by their position is about none that there is: the id is not looked at.
 *
 * @throws as `execute`
 */
export async function carryOut(
  log: EventLog,
  decider: AnyDecider,
  { id, command, input }: { readonly id: unknown; readonly command: unknown; readonly input: unknown },
): Promise<Commit> {
  if (!createsAtPosition(decider, command))
    return execute(log, decider, id, command as never, input as never);
  const { [command]: creating } = decider.commands as Readonly<Record<string, AnyCommand>>;
  if (creating === undefined) throw new Error(`there is no command ${command}`);
  const valid = await validInput<unknown>(creating.input, input);
  return createAtPositions(log, decider, creating, [valid]);
}

/** Whether the command creates a subject that is named by the position of the event which it records. */
export function createsAtPosition(decider: AnyDecider, command: unknown): command is string {
  return decider.ids.kind === 'position' && command === creatingCommand(decider);
}
