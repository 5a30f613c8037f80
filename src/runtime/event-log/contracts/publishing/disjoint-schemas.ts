/** Whether two schemas take no value in common: then `oneOf` is the same as `anyOf`. */
import type { Json } from '../../event.js';
import { isSameJson } from './json-difference.js';
import { asSchema, isNothing, shapeOf, valuesOf, type ObjectShape, type Schema } from './published-schema.js';

/** By their types, the values that they list, or a required member of which they do so, as in discriminated unions. */
export function areDisjoint(one: Schema, other: Schema): boolean {
  if (isNothing(one) || isNothing(other)) return true;
  const [type, otherType] = [typeOf(one), typeOf(other)];
  if (type !== undefined && otherType !== undefined && type !== otherType) return true;
  const [values, otherValues] = [valuesOf(one), valuesOf(other)];
  if (values !== undefined && otherValues !== undefined)
    return !values.some((value) => otherValues.some((each) => isSameJson(each, value)));
  if (type !== 'object' || otherType !== 'object') return false;
  const [shape, otherShape] = [shapeOf(one), shapeOf(other)];
  return shape.required.some((name) => {
    if (!otherShape.required.includes(name)) return false;
    const [member, otherMember] = [memberOf(shape, name), memberOf(otherShape, name)];
    return valuesOf(member) !== undefined && areDisjoint(member, otherMember);
  });
}

/** Integers are numbers. */
const typeOf = ({ type }: Schema): Json | undefined =>
  Array.isArray(type) ? undefined : type === 'integer' ? 'number' : type;

const memberOf = ({ members }: ObjectShape, name: string): Schema =>
  Object.hasOwn(members, name) ? asSchema(members[name] ?? {}) : {};
