/** A machine as the server describes it. */

/** Of an item of a query. */
const MAX_TYPES = 100;

export interface MachineState {
  /** As in `open.waiting`; that of the root is empty. */
  readonly path: string;
  readonly parent: string | null;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly initial: boolean;
  readonly transitions: readonly MachineTransition[];
}

export interface MachineTransition {
  /** Empty where it needs no event. */
  readonly event: string;
  readonly guard?: string;
  /** Paths; none where the state is kept. */
  readonly targets: readonly string[];
}

/** The last part of its path; the root is called as the machine is. */
export function titleOf({ path }: Pick<MachineState, 'path'>, machine: string): string {
  return path === '' ? machine : path.slice(path.lastIndexOf('.') + 1);
}

export function transitionText({ event, guard }: MachineTransition): string {
  const when = event === '' ? 'always' : event;
  return guard === undefined ? when : `${when} [${guard}]`;
}

/** Whether a transition is for an event of this type: `order.*` is for all whose type begins with `order.`. */
export function isFor(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1));
}

/** The types that transitions are for, as an item of a query; without types, which means every event, where they are not all known. */
export function itemFor(states: readonly MachineState[]): { readonly types?: readonly string[] } {
  const types = new Set(states.flatMap(({ transitions }) => transitions.map(({ event }) => event)));
  types.delete('');
  const isExact = types.size > 0 && types.size <= MAX_TYPES && ![...types].some((type) => type.endsWith('*'));
  return isExact ? { types: [...types] } : {};
}
