import { CUT, boundedCopy } from './bounded-copy.js';

const MAX_BYTES = 1_000;

const jsonOf = (value: unknown): unknown => JSON.parse(JSON.stringify(boundedCopy(value, MAX_BYTES).copy));

it('has something for everything that a state or a machine may hold', () => {
  const circular: Record<string, unknown> = { name: 'a' };
  circular['self'] = circular;
  const assign = (): void => undefined;
  expect(
    jsonOf({
      large: 12n,
      time: new Date(0),
      never: new Date(Number.NaN),
      map: new Map([[1, 'a']]),
      set: new Set(['a']),
      bytes: new Uint8Array([1, 2]),
      ratio: Number.NaN,
      list: [undefined, null, true],
      absent: undefined,
      action: assign,
      circular,
    }),
  ).toEqual({
    large: '12n',
    time: '1970-01-01T00:00:00.000Z',
    never: 'Invalid Date',
    map: [[1, 'a']],
    set: ['a'],
    bytes: [1, 2],
    ratio: 'NaN',
    list: [null, null, true],
    action: { type: 'assign' },
    circular: { name: 'a', self: CUT },
  });
  const named = JSON.parse('{"__proto__": {"polluted": true}}') as object;
  expect(JSON.stringify(boundedCopy(named, MAX_BYTES).copy)).toBe('{"__proto__":{"polluted":true}}');
});

it.each<readonly [string, unknown]>([
  ['a text', 'x'.repeat(1e6)],
  ['a text that is escaped', '\u0000'.repeat(1e6)],
  ['many members', Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`member ${index}`, index]))],
  [
    'members that are absent',
    Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [index, undefined])),
  ],
  ['a long name', { ['x'.repeat(1e6)]: 1 }],
  ['a long list', Array.from({ length: 1e6 })],
  ['many bytes', new Uint8Array(1e6)],
  ['empty lists', Array.from({ length: 1e5 }, () => [])],
])('cuts %s', (_, value) => {
  const { copy, isCut } = boundedCopy(value, MAX_BYTES);
  const text = JSON.stringify(copy);
  expect(isCut).toBe(true);
  expect(text).toContain(CUT);
  expect(Buffer.byteLength(text)).toBeLessThan(MAX_BYTES * 2);
});

it('cuts what nests deeper than the stack would bear', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 1e5; level += 1) deep = [deep];
  expect(boundedCopy(deep, 1e6).isCut).toBe(true);
});
