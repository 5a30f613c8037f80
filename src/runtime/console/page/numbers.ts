/** The numbers in a view, by the paths of their members: what can be plotted. */

/** A view may be large; so many of its numbers are offered. */
const MAX_MEMBERS = 50;
const MAX_DEPTH = 4;

/** Texts that are numbers count, since exact numbers are answered as texts. */
export function numbersOf(view: unknown): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  visit('', view, 0, found);
  return found;
}

function visit(path: string, value: unknown, depth: number, into: Map<string, number>): void {
  if (into.size >= MAX_MEMBERS || depth > MAX_DEPTH) return;
  const number = numberIn(value);
  if (number !== undefined) {
    into.set(path, number);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, member] of Object.entries(value))
    visit(path === '' ? name : `${path}.${name}`, member, depth + 1, into);
}

function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
