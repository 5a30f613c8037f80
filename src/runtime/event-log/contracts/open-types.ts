/** Who may append an event of a type: anybody, the program's own code, or the runtime alone. */
import { pointer, type Fault } from '../../http/kernel/problem.js';
import { TypeNotOpen } from '../errors.js';
import type { NewEvent } from '../event.js';
import type { ContractRegistry } from './contract-registry.js';
import { RUNTIME_PREFIX } from './event-contract.js';

/** The runtime's own before its types had a prefix. Logs of that time still hold it. */
export const OLD_SKIP_TYPE = 'event.skipped';

export function isRuntimeType(type: string): boolean {
  return type.startsWith(RUNTIME_PREFIX) || type === OLD_SKIP_TYPE;
}

/** @throws TypeNotOpen when one of the events is the runtime's own */
export function requireNoRuntimeTypes(events: readonly NewEvent[]): void {
  if (!events.some(({ type }) => isRuntimeType(type))) return;
  throw new TypeNotOpen(
    events.flatMap(({ type }, index) => (isRuntimeType(type) ? runtimesOwn(type, index) : [])),
  );
}

/**
 * A type without a contract is refused when it is appended, with the types that there are.
 *
 * @throws TypeNotOpen unless the contracts of all these events are open
 */
export function requireOpenTypes(events: readonly NewEvent[], contracts: ContractRegistry): void {
  const faults = events.flatMap(({ type }, index) => {
    if (isRuntimeType(type)) return runtimesOwn(type, index);
    if (contracts.contractOf(type)?.open !== false) return [];
    return fault(
      index,
      `${type} is recorded by its context only; send the context the command that leads to it.`,
    );
  });
  if (faults.length > 0) throw new TypeNotOpen(faults);
}

function runtimesOwn(type: string, index: number): Fault {
  return fault(index, `${type} is recorded by the runtime only; an event of your own has another type.`);
}

function fault(index: number, detail: string): Fault {
  return { detail, pointer: pointer(['events', index, 'type']) };
}
