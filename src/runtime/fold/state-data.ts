/** A state is plain data that nobody changes in place: checks that, and freezes what it has checked. */
import { types } from 'node:util';

// Not `instanceof`, which fails for objects of another realm, such as a test's.
const { isDate, isMap, isNativeError, isSet } = types;

/** Something in a state that a snapshot could not bring back as it was. */
export class NotData extends TypeError {
  /** @param path of the member, as in `context.total` @param what it is, as in `an instance of Money` */
  constructor(path: string, what: string) {
    super(
      `${path} is ${what}, and a state holds plain data: objects, arrays, maps, sets, dates, strings, numbers, bigints, booleans, null`,
    );
  }
}

/** What was looked through: everything in it is data, and frozen as far as that is possible. */
const checked = new WeakSet<object>();

/**
 * Freezes a value and everything in it. What was frozen by an earlier call is not looked at again, so after a step this costs as much as
 * the step has changed. The entries of maps and sets, dates and typed arrays cannot be frozen.
 *
 * @throws NotData at a function, a symbol or an instance of a class
 */
export function freezeData(value: unknown, path: string): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotData(path, `a ${typeof value}`);
  if (typeof value !== 'object' || value === null || checked.has(value)) return;
  checked.add(value); // before what is in it, which may lead back here
  try {
    freezeMembers(value, path);
  } catch (error) {
    checked.delete(value);
    throw error;
  }
}

function freezeMembers(value: object, path: string): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) freezeData(item, `${path}[${index}]`);
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      freezeData(key, `a key of ${path}`);
      freezeData(item, `${path}.get(${String(key)})`);
    }
    return;
  } else if (isSet(value)) {
    for (const item of value) freezeData(item, `an item of ${path}`);
    return;
  } else if (isDate(value) || ArrayBuffer.isView(value)) {
    return;
  } else {
    if (!isPlain(value)) throw new NotData(path, `an instance of ${value.constructor.name || 'a class'}`);
    for (const [name, member] of Object.entries(value)) freezeData(member, `${path}.${name}`);
  }
  Object.freeze(value);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What V8 says when a frozen object is changed. */
const IS_CHANGE = /not extensible|read only|Cannot (delete|redefine|assign)/;

/** The error, and, where a frozen state was about to be changed, what to do instead. */
export function explainChange(error: unknown, state: unknown, event: string): unknown {
  if (!isNativeError(error) || error.name !== 'TypeError' || !IS_CHANGE.test(error.message)) return error;
  const message =
    `an action or guard changes the context in place in state ${JSON.stringify(state)}, at ${event}: ` +
    `it must return a new value instead (${error.message})`;
  return new TypeError(message, { cause: error });
}
