/** What the rest of the runtime knows of a machine: that it is one, its context, and what tells it from another. */
import type { AnyStateMachine, ContextFrom } from 'xstate';

export type Machine = AnyStateMachine;

export type ContextOf<Of extends Machine> = ContextFrom<Of>;

/** Everything that its author wrote down and that a fold depends on. */
export function writtenIn({ config, implementations }: Machine): readonly unknown[] {
  return [config, implementations.actions, implementations.guards];
}

/** The types that the machine has transitions for and neither raises nor tells itself; wildcards are none. */
export function awaitedBy({ events }: Machine, raised: ReadonlySet<string>): ReadonlySet<string> {
  const types = events as readonly string[];
  return new Set(
    types.filter((type) => !type.includes('*') && !type.startsWith('xstate.') && !raised.has(type)),
  );
}
