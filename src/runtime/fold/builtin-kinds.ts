/**
 * What a value is of the language's own classes, in Node and in browsers. Not by `instanceof`, which fails for objects of another realm, such
 * as a test's or a frame's, and not by the name alone, which anybody may give: what reads a slot of the class throws for all others.
 */

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/** @param readSlot throws unless the value is an instance of the class, of whichever realm */
function isOf(name: string, readSlot: (value: object) => unknown): (value: object) => boolean {
  const tag = `[object ${name}]`;
  return (value) => {
    if (tagOf(value) !== tag) return false;
    try {
      readSlot(value);
      return true;
    } catch {
      return false;
    }
  };
}

const isAMap = isOf('Map', (value) => Reflect.get(Map.prototype, 'size', value));
const isASet = isOf('Set', (value) => Reflect.get(Set.prototype, 'size', value));
const isADate = isOf('Date', (value) => Date.prototype.getTime.call(value));

export const isMap = (value: object): value is ReadonlyMap<unknown, unknown> => isAMap(value);
export const isSet = (value: object): value is ReadonlySet<unknown> => isASet(value);
export const isDate = (value: object): value is Date => isADate(value);

export function isTypedArray(value: object): boolean {
  return ArrayBuffer.isView(value) && tagOf(value) !== '[object DataView]';
}

export function isNativeError(value: unknown): value is Error {
  return tagOf(value) === '[object Error]';
}
