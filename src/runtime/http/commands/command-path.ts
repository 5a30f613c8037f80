/** Paths of commands, with members of the input in braces: `orders/{order}/items`. */
import { textIdFault } from '../../command/subject-ids.js';

const SEGMENT = String.raw`(?:[A-Za-z0-9][\w-]*|\{[A-Za-z_]\w*\})`;
const PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`);

/** The names in braces, in their order. */
export function parametersIn(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** As Nest writes it: `orders/:order/items`. */
export function asRoute(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/**
 * With values in place of their names, each from the first of the objects that has one for it.
 *
 * @returns undefined where a name has no value that a part of a URL can be: none, an empty one, a dot or two, one with a slash, or no text, number
 *   or boolean
 */
export function filledPath(path: string, values: readonly (object | undefined)[]): string | undefined {
  const segments = parametersIn(path).map(
    (name) => [name, values.map((each) => segmentOf(each, name)).find((each) => each !== undefined)] as const,
  );
  if (segments.some(([, segment]) => segment === undefined)) return undefined;
  const byName = new Map(segments);
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => byName.get(name) ?? '');
}

function segmentOf(values: object | undefined, name: string): string | undefined {
  if (typeof values !== 'object' || !Object.hasOwn(values, name)) return undefined;
  const value = (values as Readonly<Record<string, unknown>>)[name];
  if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return undefined;
  const text = String(value);
  return textIdFault(text) === undefined ? encodeURIComponent(text) : undefined;
}

/** @throws Error when it is no path of plain segments and parameters */
export function requirePath(path: string, where: string): void {
  if (!PATH.test(path))
    throw new Error(
      `${where}: ${path} is no path; it is made of letters, digits, - and _, as in orders or shop/orders, and of members of a command's input, as in orders/{order}/items`,
    );
}
