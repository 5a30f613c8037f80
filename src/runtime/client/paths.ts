/** Paths of requests: ids in them, and members of an input. */

/** As a part of a path. @throws RangeError for dots, which a URL resolves to another path, and for an empty text */
export function segmentOf(value: string | number | boolean): string {
  const text = String(value);
  if (text === '' || text === '.' || text === '..')
    throw new RangeError(`${JSON.stringify(text)} cannot be a part of a path`);
  return encodeURIComponent(text);
}

/**
 * Moves the members of the input that a path names in braces from the input to the path: `items/{item}`. Inputs of an array have one path.
 *
 * @throws RangeError when one is missing, can be no part of a path, or is not the same in all inputs
 */
export function placedIn(path: string, input: unknown): { readonly path: string; readonly body: unknown } {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.length === 0) return { path, body: input };
  const inputs = (Array.isArray(input) ? input : [input]) as readonly unknown[];
  const filled = [...new Set(inputs.map((each) => filledPath(path, each)))];
  const [only] = filled;
  if (only === undefined || filled.length > 1)
    throw new RangeError(`inputs that are sent together have one path, and not ${filled.length} of ${path}`);
  const bodies = inputs.map((each) =>
    Object.fromEntries(Object.entries(each as object).filter(([name]) => !names.includes(name))),
  );
  return { path: only, body: Array.isArray(input) ? bodies : bodies[0] };
}

function filledPath(path: string, input: unknown): string {
  const members = new Map(Object.entries((input ?? {}) as Readonly<Record<string, unknown>>));
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = members.get(name);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return segmentOf(value);
    throw new RangeError(
      `the input needs ${name}, a text, number or boolean: it is sent in the path ${path}`,
    );
  });
}
