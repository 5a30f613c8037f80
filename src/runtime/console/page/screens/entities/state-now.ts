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

export interface Leaf {
  /** As in `address.street` or `lines[0].count`. */
  readonly path: string;
  readonly value: unknown;
}

/** So many are shown one by one; JSON has all of it. */
export const MAX_LEAVES = 40;

/** What a value holds, without what only holds something else; empty lists and objects are values. */
export function leavesOf(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return [{ path, value }];
  const within = (name: string): string =>
    Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
  const leaves: Leaf[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (leaves.length >= MAX_LEAVES) break;
    leaves.push(...leavesOf(member, within(name)));
  }
  return leaves.slice(0, MAX_LEAVES);
}

/** As it is read, not as JSON has it. */
export function leafText(value: unknown): string {
  if (typeof value !== 'string') return value === undefined ? 'nothing' : JSON.stringify(value);
  return value === '' ? '(empty)' : value;
}
