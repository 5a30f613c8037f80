/** Compares two JSON Schemas: where does the one refuse data that the other takes? */
import type { Json } from '../../event.js';
import { isSameJson } from './json-difference.js';
import { ComparedPairs, noteNarrower, noteTaken, type Pair } from './compared-pairs.js';
import { narrowerBounds } from './narrower-bounds.js';
import {
  asSchema,
  isAnything,
  isNothing,
  prefixOf,
  shapeOf,
  valuesOf,
  type ObjectShape,
  type Schema,
} from './published-schema.js';
import { SchemaDocument } from './schema-document.js';
import { eachComposite } from './value-schemas.js';
import { differentUncompared } from './uncompared-keywords.js';

export interface Narrowing {
  /** Of the member, as in `customer.id`; `lines.*.price` for what an array or a record has; `` for all of it. */
  readonly field: string;
  /** What became of it, as a part of a sentence: `is required, and was not`. */
  readonly what: string;
}

/**
 * Of members, types, values and bounds. Patterns and formats are only compared as texts, so another one counts as narrower, and so does a keyword
 * that is not compared and is new or another; what neither schema tells, such as a `refine`, is not seen. What refers to itself is compared once, and told of again where it is met again.
 *
 * @param onComparison is called for each pair of schemas that is compared
 */
export function narrowings(
  before: Json,
  after: Json,
  onComparison: () => void = () => undefined,
): readonly Narrowing[] {
  const [was, is] = [new SchemaDocument(before), new SchemaDocument(after)];
  if (isSameJson(before, after)) return [];
  const comparison = new Comparison(was, is, onComparison);
  const found = comparison.at(was.root, is.root, '', []);
  return comparison.isTooLarge ? [TOO_LARGE] : was.isTooLarge || is.isTooLarge ? [TOO_MANY] : found;
}

/** Of pairs of schemas. Hand-written contracts take some hundred; what refers to itself in a thousand ways would take for ever. */
const MAX_COMPARISONS = 20_000;
const TOO_LARGE: Narrowing = {
  field: '',
  what: 'is another schema, and refers to itself in more ways than can be compared',
};

const TOO_MANY: Narrowing = {
  field: '',
  what: 'is another schema, and has more alternatives than can be compared',
};

/** A pair that is met within itself, and where; nowhere, if what it is met in was compared before. */
interface MetAgain {
  readonly pair: Pair;
  readonly field?: string;
}

/** The two schemas that are being compared, and those that they are within. */
type Pairs = readonly Pair[];

class Comparison {
  /** What was met within itself, and where. */
  #metAgain: MetAgain[] = [];
  readonly #pairs = new ComparedPairs();
  #comparisons = 0;

  constructor(
    private readonly before: SchemaDocument,
    private readonly after: SchemaDocument,
    private readonly onComparison: () => void,
  ) {}

  get isTooLarge(): boolean {
    return this.#comparisons > MAX_COMPARISONS;
  }

  at(was: Schema, is: Schema, field: string, outer: Pairs): readonly Narrowing[] {
    const [old, now] = [this.before.resolved(was), this.after.resolved(is)];
    const pair = this.#pairs.of(old, now);
    if (outer.includes(pair)) {
      this.#metAgain.push({ pair, field });
      return [];
    }
    if (pair.outcome === 'taken') {
      for (const each of pair.dependsOn) this.#metAgain.push({ pair: each });
      return [];
    }
    if (this.isTooLarge) return [];
    this.#comparisons += 1;
    this.onComparison();
    const before = this.#metAgain;
    this.#metAgain = [];
    const found = this.#resolved(old, now, field, [...outer, pair]);
    const again = this.#metAgain.filter((each) => each.pair === pair);
    const others = this.#metAgain.filter((each) => each.pair !== pair);
    this.#metAgain = before;
    for (const each of others) before.push(each);
    if (found.length === 0) {
      noteTaken(
        pair,
        others.map((each) => each.pair),
      );
      return [];
    }
    noteNarrower(pair);
    const what = `is narrower, as ${field === '' ? 'all of it' : field} is`;
    const fields = new Set(again.flatMap((each) => each.field ?? []));
    return [...found, ...[...fields].map((each) => ({ field: each, what }))];
  }

  #resolved(old: Schema, now: Schema, field: string, inside: Pairs): readonly Narrowing[] {
    const later = withValuesTogether(this.after.alternativesOf(now));
    const before = withValuesTogether(this.before.alternativesOf(old));
    const listed = later.length === 1 && later.some((each) => valuesOf(each) !== undefined);
    const earlier = listed ? before : before.flatMap(eachComposite);
    const [one, other] = [earlier[0], later[0]];
    if (earlier.length > 1 || later.length > 1 || one === undefined || other === undefined)
      return this.#alternatives(earlier, later, field, inside);
    if (isNothing(one) || isAnything(other)) return [];
    if (isNothing(other)) return [{ field, what: 'is taken no more' }];
    return [
      ...differentValues(one, other, field),
      ...differentUncompared(one, other).map((what) => ({ field, what })),
      ...this.#members(one, other, field, inside),
      ...this.#items(one, other, field, inside),
      ...narrowerBounds(one, other).map((what) => ({ field, what })),
    ];
  }

  /** Each of what was taken must be taken by one of what is taken now. */
  #alternatives(
    earlier: readonly Schema[],
    later: readonly Schema[],
    field: string,
    outer: Pairs,
  ): readonly Narrowing[] {
    return (later.length > 1 ? earlier.flatMap(eachValue) : earlier).flatMap((old) => {
      const found = later.map((now) =>
        later.length > 1 && (isOtherKind(old, now) || this.#pairs.of(old, now).outcome === 'narrower')
          ? [{ field, what: 'is of another kind' }]
          : this.at(old, now, field, outer),
      );
      if (found.some((each) => each.length === 0)) return [];
      const nearest = found.toSorted((one, other) => one.length - other.length)[0];
      const isOne = later.length === 1 && nearest !== undefined;
      return isOne
        ? nearest
        : [{ field, what: `no longer may be ${JSON.stringify({ ...old, $schema: undefined })}` }];
    });
  }

  #members(old: Schema, now: Schema, field: string, outer: Pairs): readonly Narrowing[] {
    if (!areBoth('object', old, now)) return [];
    const [had, has] = [shapeOf(old), shapeOf(now)];
    const added = has.required
      .filter((name) => !had.required.includes(name))
      .map((name) => ({
        field: within(field, name),
        what: Object.hasOwn(had.members, name) ? 'is required, and was not' : 'was added, and is required',
      }));
    const changed = Object.entries(had.members).flatMap(([name, was]): readonly Narrowing[] => {
      const is = Object.hasOwn(has.members, name) ? (has.members[name] ?? true) : has.rest;
      return is === false
        ? [{ field: within(field, name), what: 'was removed' }]
        : this.at(asSchema(was ?? true), asSchema(is), within(field, name), outer);
    });
    return [...added, ...changed, ...this.#others(had, has, field, outer)];
  }

  /** Members that had no name in the schema. */
  #others(had: ObjectShape, has: ObjectShape, field: string, outer: Pairs): readonly Narrowing[] {
    const { rest, names = { type: 'string' } } = had;
    const listed = { enum: Object.keys(had.members) };
    const ofNames =
      has.names === undefined ? [] : this.at(rest === false ? listed : names, has.names, field, outer);
    const fewerNames = ofNames.map(({ what }) => ({ field, what: `requires of each name that it ${what}` }));
    if (rest === false) return fewerNames;
    if (has.rest === false) return [{ field, what: 'takes no other members any more' }];
    // Where anything was taken, a new member is no break: hardly any event has it already.
    const named = Object.keys(rest).length === 0 ? [] : Object.entries(has.members);
    return [
      ...fewerNames,
      ...named
        .filter(([name]) => !Object.hasOwn(had.members, name))
        .flatMap(([name, is]) => this.at(rest, asSchema(is ?? true), within(field, name), outer)),
      ...this.at(rest, has.rest, within(field, '*'), outer),
    ];
  }

  #items(old: Schema, now: Schema, field: string, outer: Pairs): readonly Narrowing[] {
    if (!areBoth('array', old, now)) return [];
    const [had, has] = [prefixOf(old), prefixOf(now)];
    const { items: others = true } = old;
    const { items: rest = true } = now;
    const named = Array.from({ length: Math.max(had.length, has.length) }, (_, index) =>
      this.#item(had[index] ?? others, has[index] ?? rest, within(field, String(index)), outer),
    );
    return [...named.flat(), ...this.#item(others, rest, within(field, '*'), outer)];
  }

  /** That there are fewer items, a bound tells. */
  #item(was: Json, is: Json, field: string, outer: Pairs): readonly Narrowing[] {
    if (was === false) return [];
    if (is !== false) return this.at(asSchema(was), asSchema(is), field, outer);
    return [{ field, what: 'was removed' }];
  }
}

function differentValues(old: Schema, now: Schema, field: string): readonly Narrowing[] {
  const { type: was } = old;
  const { type: is } = now;
  const [values, taken] = [valuesOf(old), valuesOf(now)];
  if (taken !== undefined) {
    if (values === undefined) return [{ field, what: `is only ${taken.map(shown).join(' or ')}` }];
    const missing = values.filter((value) => !taken.some((each) => isSameJson(each, value)));
    return missing.length === 0 ? [] : [{ field, what: `no longer is ${missing.map(shown).join(' or ')}` }];
  }
  if (is === undefined || is === was || (is === 'number' && was === 'integer')) return [];
  if (values?.every((value) => isOfType(value, is)) === true) return [];
  const wasShown = was === undefined ? (values?.map(shown).join(' or ') ?? 'anything') : shown(was);
  return [{ field, what: `is ${shown(is)}, and was ${wasShown}` }];
}

/** One alternative in place of several that each list values. */
function withValuesTogether(alternatives: readonly Schema[]): readonly Schema[] {
  const listing = alternatives.filter(
    (each) => valuesOf(each) !== undefined && Object.keys(each).every((name) => LISTING.has(name)),
  );
  if (listing.length < 2) return alternatives;
  const values = { enum: listing.flatMap((each) => valuesOf(each) ?? []) };
  return [values, ...alternatives.filter((each) => !listing.includes(each))];
}

const LISTING = new Set(['type', 'const', 'enum']);

const eachValue = (schema: Schema): readonly Schema[] =>
  valuesOf(schema)?.map((value) => ({ const: value })) ?? [schema];

/** Whether a member with one value, as of a discriminated union, has another one. Spares the comparison of all the rest. */
function isOtherKind(old: Schema, now: Schema): boolean {
  if (!isObject(old) || !isObject(now)) return false;
  const { members } = shapeOf(now);
  return Object.entries(shapeOf(old).members).some(([name, was]) => {
    const [one, other] = [asSchema(was ?? true)['const'], asSchema(members[name] ?? {})['const']];
    return one !== undefined && other !== undefined && !isSameJson(one, other);
  });
}

function isOfType(value: Json, type: Json): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (value === null || Array.isArray(value)) return type === (value === null ? 'null' : 'array');
  return typeof value === type;
}

const isObject = ({ type }: Schema): boolean => type === 'object';

/** Whether both may be of it. One that tells no type is what the other one is. */
function areBoth(kind: 'object' | 'array', old: Schema, now: Schema): boolean {
  if (old['type'] === kind) return (now['type'] ?? kind) === kind && valuesOf(now) === undefined;
  return [old, now].every((each) => each['type'] === undefined && valuesOf(each) === undefined);
}

const within = (field: string, name: string): string => (field === '' ? name : `${field}.${name}`);
const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
