/** Shows what was expected and what there is, one item a line with what differs marked, and throws it as an AssertionError. */
import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import { firstDifference, asJson } from '../event-log/contracts/publishing/json-difference.js';
import type { Json } from '../event-log/event.js';

/** What is compared: how it is shown, and what of two that do not agree is told below them. */
export interface Comparison<Expected, Actual> {
  readonly agrees: (expected: Expected, actual: Actual) => boolean;
  readonly showExpected: (expected: Expected) => string;
  readonly showActual: (actual: Actual) => string;
  /** A line below an expected item and the actual one in its place. */
  readonly explain?: (expected: Expected, actual: Actual) => string | undefined;
}

/** Larger lists are compared place by place, since comparing each with each takes the square of their length. */
const MAX_ALIGNED = 500;

export function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: Infinity, maxArrayLength: 100 });
}

/**
 * `  ` stands before what agrees, `- ` before what was expected and is not there, `+ ` before what is there and was not expected.
 *
 * @returns undefined when everything agrees
 */
export function differences<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  { agrees, showExpected, showActual, explain }: Comparison<Expected, Actual>,
): readonly string[] | undefined {
  const pairs = aligned(expected, actual, agrees);
  if (pairs.every(({ isSame }) => isSame)) return undefined;
  return pairs.flatMap(({ isSame, one, other }) => {
    if (isSame && other !== undefined) return [`  ${showActual(other.item)}`];
    const explained = one === undefined || other === undefined ? undefined : explain?.(one.item, other.item);
    return [
      ...(one === undefined ? [] : [`- ${showExpected(one.item)}`]),
      ...(other === undefined ? [] : [`+ ${showActual(other.item)}`]),
      ...(explained === undefined ? [] : [`    ${explained}`]),
    ];
  });
}

/** Where two values differ first, as in `#/cents is 6, and 5 was expected`. */
export function differsAt(expected: unknown, actual: unknown): string | undefined {
  const [wanted, found] = [asJson(expected), asJson(actual)];
  const at = firstDifference(wanted, found);
  if (at === undefined) return undefined;
  return `${at} is ${shown(valueAt(found, at))}, and ${shown(valueAt(wanted, at))} was expected`;
}

/** @param sides one item a line, for runners that show them as well */
export function assertionError(
  message: string,
  sides: { readonly expected: string; readonly actual: string },
): AssertionError {
  // Jest knows this operator, and then shows the message alone.
  const error = new AssertionError({ message, ...sides, operator: 'fail' });
  // Vitest and Mocha would show the sides below it once more.
  Object.defineProperty(error, 'showDiff', { value: false });
  return error;
}

/**
 * Has the stack of an AssertionError begin where the test calls, so that runners show that line.
 *
 * @param method what the test calls, and is now running
 */
export function assertFor<Owner extends object>(
  owner: Owner,
  method: keyof Owner,
  assertion: () => void,
): void {
  try {
    assertion();
  } catch (error) {
    if (error instanceof AssertionError) Error.captureStackTrace(error, callOf(owner, method));
    throw error;
  }
}

/** What a test calls, for `Error.captureStackTrace`. */
export const callOf = <Owner extends object>(
  owner: Owner,
  method: keyof Owner,
): ((...given: never) => unknown) => owner[method] as (...given: never) => unknown;

interface Pair<Expected, Actual> {
  readonly isSame: boolean;
  readonly one?: { readonly item: Expected };
  readonly other?: { readonly item: Actual };
}

/** The longest common subsequence is kept; between its items, what was expected stands beside what is there instead. */
function aligned<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  agrees: (expected: Expected, actual: Actual) => boolean,
): readonly Pair<Expected, Actual>[] {
  const common =
    expected.length > MAX_ALIGNED || actual.length > MAX_ALIGNED
      ? samePlaces(expected, actual, agrees)
      : commonPlaces(expected, actual, agrees);
  const pairs: Pair<Expected, Actual>[] = [];
  let [from, begin] = [0, 0];
  for (const [place, index] of [...common, [expected.length, actual.length] as const]) {
    const [missing, surplus] = [expected.slice(from, place), actual.slice(begin, index)];
    for (let each = 0; each < Math.max(missing.length, surplus.length); each += 1) {
      pairs.push({
        isSame: false,
        ...(each < missing.length && { one: { item: missing[each] as Expected } }),
        ...(each < surplus.length && { other: { item: surplus[each] as Actual } }),
      });
    }
    if (place < expected.length && index < actual.length)
      pairs.push({ isSame: true, other: { item: actual[index] as Actual } });
    [from, begin] = [place + 1, index + 1];
  }
  return pairs;
}

type Places = readonly (readonly [place: number, index: number])[];

function samePlaces<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  agrees: (expected: Expected, actual: Actual) => boolean,
): Places {
  return expected.flatMap((item, place) =>
    place < actual.length && agrees(item, actual[place] as Actual) ? [[place, place] as const] : [],
  );
}

function commonPlaces<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  agrees: (expected: Expected, actual: Actual) => boolean,
): Places {
  const width = actual.length + 1;
  const same = expected.map((item) => actual.map((other) => agrees(item, other)));
  // Of what follows these places, the length of the longest common subsequence.
  const longest = new Uint32Array((expected.length + 1) * width);
  for (let place = expected.length - 1; place >= 0; place -= 1) {
    for (let index = actual.length - 1; index >= 0; index -= 1) {
      longest[place * width + index] =
        same[place]?.[index] === true
          ? (longest[(place + 1) * width + index + 1] ?? 0) + 1
          : Math.max(longest[(place + 1) * width + index] ?? 0, longest[place * width + index + 1] ?? 0);
    }
  }
  const places: (readonly [number, number])[] = [];
  let [place, index] = [0, 0];
  while (place < expected.length && index < actual.length) {
    if (same[place]?.[index] === true) {
      places.push([place, index]);
      place += 1;
      index += 1;
    } else if ((longest[(place + 1) * width + index] ?? 0) >= (longest[place * width + index + 1] ?? 0))
      place += 1;
    else index += 1;
  }
  return places;
}

/** @param at a JSON pointer as a URI fragment */
function valueAt(value: Json, at: string): Json | undefined {
  const parts = at.split('/').slice(1);
  return parts.reduce<Json | undefined>((within, part) => {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof within === 'object' && within !== null
      ? (within as Readonly<Record<string, Json | undefined>>)[name]
      : undefined;
  }, value);
}
