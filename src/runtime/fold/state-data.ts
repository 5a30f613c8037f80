/** A state is plain data that nobody changes in place: checks that, and freezes what it has checked. */
import { isDate, isMap, isNativeError, isSet, isTypedArray } from './builtin-kinds.js';

/** Something in a state that a snapshot could not bring back as it was. */
export class NotData extends TypeError {
  /**
   * @param path of the member, as in `context.total`
   * @param what it is, as in `an instance of Money`
   * @param from where it comes from, as in `machine m, state open: the action add`
   */
  constructor(
    readonly path: string,
    readonly what: string,
    from?: string,
  ) {
    super(
      `${path} is ${what}, and a state holds plain data: objects, arrays, maps, sets, dates, strings, numbers, bigints, booleans, null` +
        (from === undefined ? '' : ` (${from})`),
    );
  }
}

/** What was looked through: everything in it is data, and frozen as far as that is possible. */
const checked = new WeakSet<object>();

/**
 * Freezes a value and everything in it. What was frozen by an earlier call is not looked at again, so after a step this costs as much as
 * the step has changed. The methods by which maps, sets and dates are changed are replaced by ones that throw. Not frozen: the elements of typed
 * arrays, which JavaScript does not allow.
 *
 * @throws NotData at a function, a symbol, a member named by a symbol, or an instance of a class, which includes Buffer and what extends Map or Array
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
  if (depthOf(value) > depthAllowed(value)) throw new NotData(path, `an instance of ${classOf(value)}`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) freezeData(item, `${path}[${index}]`);
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      freezeData(key, `a key of ${path}`);
      freezeData(item, `${path}.get(${String(key)})`);
    }
    freezeMethods(value);
  } else if (isSet(value)) {
    for (const item of value) freezeData(item, `an item of ${path}`);
    freezeMethods(value);
  } else if (isDate(value)) {
    freezeMethods(value);
  } else if (ArrayBuffer.isView(value)) {
    return;
  } else {
    if (Object.getOwnPropertySymbols(value).length > 0)
      throw new NotData(path, 'an object with a member named by a symbol');
    for (const [name, member] of Object.entries(value)) freezeData(member, `${path}.${name}`);
  }
  Object.freeze(value);
}

/** How many prototypes it has. Not compared by identity: the value may come from another realm. */
function depthOf(value: object): number {
  let depth = 0;
  for (let at = prototypeOf(value); at !== null; at = prototypeOf(at)) depth += 1;
  return depth;
}

/** As many as a value has whose class is the language's own: a snapshot brings back no other. */
function depthAllowed(value: object): number {
  if (isTypedArray(value)) return 3; // Uint8Array, TypedArray, Object
  return Array.isArray(value) || isMap(value) || isSet(value) || isDate(value) || ArrayBuffer.isView(value)
    ? 2
    : 1;
}

const prototypeOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;

const classOf = (value: { readonly constructor?: { readonly name?: string } }): string =>
  value.constructor?.name ?? 'a class';

const CHANGES = /^(set|add|delete|clear)/;

/** A snapshot contains no own properties of maps, sets and dates, so these are not saved. */
function freezeMethods(value: object): void {
  if (!Object.isExtensible(value)) return;
  const type = prototypeOf(value) ?? value;
  const change = (): never => {
    throw new TypeError(`a ${classOf(value)} of a state is read only`);
  };
  for (const name of Object.getOwnPropertyNames(type))
    if (CHANGES.test(name)) Object.defineProperty(value, name, { value: change });
}

/** What V8 says when a frozen object is changed. */
const IS_CHANGE = /not extensible|read only|Cannot (delete|redefine|assign)/;

/** The error, and, where a frozen state was about to be changed, what to do instead. */
export function explainChange(error: unknown, state: unknown, event: string, by?: string): unknown {
  if (!isNativeError(error) || error.name !== 'TypeError' || !IS_CHANGE.test(error.message)) return error;
  const message =
    `an action or guard changes the context in place in state ${JSON.stringify(state)}, at ${event}: ` +
    `it must return a new value instead (${by ?? 'by a function that is not known'}: ${error.message})`;
  return new TypeError(message, { cause: error });
}
