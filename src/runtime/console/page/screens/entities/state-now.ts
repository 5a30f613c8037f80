/** How a subject or entity is now, as it is answered. */

export interface StateNow {
  /** Those that its state allows; not of entities. */
  readonly commands?: Readonly<Record<string, { readonly method: string; readonly href: string }>>;
  readonly [member: string]: unknown;
}

/** The member that tells its state in one word, if there is one. */
export function badgeOf(value: StateNow | null | undefined): string | undefined {
  const word = value?.['state'] ?? value?.['status'];
  return typeof word === 'string' ? word : undefined;
}

/** The paths of the active states in the value of a state, as in XState: `open`, `{ open: 'idle' }`, `{ a: 'x', b: { c: 'y' } }`. */
export function activeStates(value: unknown, within = ''): readonly string[] {
  const pathOf = (name: string): string => (within === '' ? name : `${within}.${name}`);
  if (typeof value === 'string') return [pathOf(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    pathOf(name),
    ...activeStates(inner, pathOf(name)),
  ]);
}
