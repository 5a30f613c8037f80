/** What is entered in a form, and the JSON that is sent for it. */
import { pointerOf, type Json } from '../../../json-schema.js';
import type { Field, Member } from './form-fields.js';

/**
 * As the elements of the form have it: a text, number or moment as it is typed, a choice by the index of its option, a list by its entries. Undefined
 * is left out, null is null.
 */
export type Value =
  string | boolean | null | undefined | readonly Value[] | { readonly [name: string]: Value };

/** Where a text that must be JSON is none. */
export class NotJson extends Error {
  constructor(readonly pointer: string) {
    super('This is no JSON. Texts stand in double quotes, as in {"name": "Ann"}.');
  }
}

/** What a field begins with. */
export function initialValue(field: Field, isRequired = true): Value {
  if (field.default !== undefined) return valueOf(field, field.default);
  if (!isRequired) return undefined;
  switch (field.kind) {
    case 'group':
      return Object.fromEntries(
        field.members.map((member) => [member.name, initialValue(member.field, member.isRequired)]),
      );
    case 'list':
      return [];
    case 'boolean':
      return false;
    case 'constant':
      return undefined;
    default:
      return '';
  }
}

/** A value as it would have been entered: what is sent for it is the same again. */
export function valueOf(field: Field, json: Json | undefined): Value {
  if (json === undefined) return undefined;
  if (json === null && field.kind !== 'json') return null;
  switch (field.kind) {
    case 'group':
      return typeof json === 'object' && !Array.isArray(json)
        ? Object.fromEntries(
            field.members.map(({ name, field: member }) => [
              name,
              valueOf(member, (json as Readonly<Record<string, Json>>)[name]),
            ]),
          )
        : undefined;
    case 'list':
      return Array.isArray(json) ? json.map((each: Json) => valueOf(field.item, each)) : undefined;
    case 'boolean':
      return json === true;
    case 'choice':
      return String(field.options.findIndex((option) => JSON.stringify(option) === JSON.stringify(json)));
    case 'constant':
      return undefined;
    case 'json':
      return JSON.stringify(json, undefined, 2);
    case 'moment':
      return typeof json === 'string' ? placeTime(json) : undefined;
    default:
      return typeof json === 'string' ? json : JSON.stringify(json);
  }
}

/** @returns undefined for what is left out @throws NotJson */
export function jsonOf(
  field: Field,
  value: Value,
  place: readonly (string | number)[] = [],
): Json | undefined {
  if (value === null) return null;
  switch (field.kind) {
    case 'constant':
      return field.value;
    case 'group':
      return isGroup(value) ? groupJson(field.members, value, place) : undefined;
    case 'list':
      return Array.isArray(value)
        ? (value as readonly Value[]).map(
            (each, index) => jsonOf(field.item, each, [...place, index]) ?? null,
          )
        : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    default:
      return typeof value === 'string' ? scalarJson(field, value, place) : undefined;
  }
}

function groupJson(
  members: readonly Member[],
  value: Readonly<Record<string, Value>>,
  place: readonly (string | number)[],
): Json {
  const entries = members.map(({ name, field, isRequired }) => {
    const entered = value[name];
    const isLeftOut = !isRequired && isNothing(field, entered);
    return [name, isLeftOut ? undefined : jsonOf(field, entered, [...place, name])] as const;
  });
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  );
}

/** Of what may be left out, nothing entered means that it is. */
function isNothing(field: Field, value: Value): boolean {
  if (field.kind === 'constant') return value !== true;
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function scalarJson(field: Field, text: string, place: readonly (string | number)[]): Json | undefined {
  switch (field.kind) {
    case 'number':
      return text.trim() === '' ? undefined : numberOf(text.trim());
    case 'moment':
      return text === '' ? undefined : momentOf(text);
    case 'choice':
      return text === '' ? undefined : field.options[Number(text)];
    case 'json':
      return text.trim() === '' ? undefined : parsed(text, place);
    default:
      return text;
  }
}

/** What is no number that JSON can have exactly is sent as the text that it is; the server says what it makes of it. */
function numberOf(text: string): Json {
  const number = Number(text);
  const isExact = /^-?\d+$/.test(text)
    ? Number.isSafeInteger(number) && String(number) === text
    : /^-?\d*\.?\d+(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(number);
  return isExact ? number : text;
}

/** Of the browser's field, which has no zone: this place's. */
function momentOf(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

/** As the browser's field has it: of this place, to the second. */
function placeTime(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return '';
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
}

/** @throws NotJson */
function parsed(text: string, place: readonly (string | number)[]): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new NotJson(pointerOf(place));
  }
}

export function isGroup(value: Value): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
