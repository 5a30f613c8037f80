/** Paths of commands, with members of the input in braces: `orders/{order}/items`. */
import type { AnyCommand } from '../../command/commands.js';
import { jsonSchemaOf } from '../../command/input-schema.js';
import { httpOf } from './command-request.js';

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

/** With the values in place of their names; what has no value stays in braces, as in a URI template (RFC 6570). */
export function filledPath(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? encodeURIComponent(String(values[name])) : whole,
  );
}

/** @throws Error when it is no path of plain segments and parameters */
export function requirePath(path: string, where: string): void {
  if (!PATH.test(path))
    throw new Error(
      `${where}: ${path} is no path; it is made of letters, digits, - and _, as in orders or shop/orders, and of members of a command's input, as in orders/{order}/items`,
    );
}

/**
 * That what a command's options name are members of its input.
 *
 * @param subject the parameter that names the subject, where it has one
 * @throws Error that names the option and the member
 */
export function requireMembers(command: AnyCommand, where: string, subject: string | undefined): void {
  const { path = '', location, makes, body } = httpOf(command);
  const { properties = {} } = jsonSchemaOf(command.input) as { readonly properties?: object };
  const parameters = parametersIn(path);
  const isMember = (name: string): boolean => Object.hasOwn(properties, name);
  const unknown = [...parameters, ...(makes === undefined ? [] : [makes])].find((name) => !isMember(name));
  if (unknown !== undefined)
    throw new Error(
      `${where}: http.${unknown === makes ? 'makes' : 'path'} names ${unknown}, which is no member of its input`,
    );
  const repeated = [...parameters, ...(subject === undefined ? [] : [subject])].find(
    (name, index, all) => all.indexOf(name) < index,
  );
  if (repeated !== undefined) throw new Error(`${where}: its path has {${repeated}} twice`);
  if (makes !== undefined && parameters.includes(makes))
    throw new Error(`${where}: {${makes}} is in its path, so it is not made (http.makes)`);
  if (location !== undefined) {
    requirePath(location, `${where}: http.location`);
    const missing = parametersIn(location).find((name) => name !== subject && !isMember(name));
    if (missing !== undefined)
      throw new Error(`${where}: http.location names ${missing}, which is no member of its input`);
  }
  if (body !== undefined && (parameters.length > 0 || makes !== undefined))
    throw new Error(
      `${where}: http.body gives the whole input, so its path names no members, and none is made (http.makes)`,
    );
}
