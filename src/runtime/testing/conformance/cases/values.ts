/** JSON values: each is read exactly as it was given. */
import { type Json } from '../../../event-log/event.js';
import { commit, event } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { oneLogForAll } from '../logs.js';
import { recorded } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

// -0 is missing: the event log records it as 0 before a store sees it.
const NUMBERS: readonly number[] = [
  0,
  1,
  -1,
  127,
  128,
  -129,
  65_536,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  2 ** 63,
  2 ** 64,
  0.1,
  0.1 + 0.2,
  -0.5,
  1 / 3,
  123_456_789.123_456_79,
  1e-7,
  1e21,
  -1e21,
  1.7976931348623155e308,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.EPSILON,
  2.2250738585072014e-308,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
];

export function describeValues(factory: EventStoreFactory): void {
  describe('a number', () => {
    const logs = oneLogForAll(factory);

    it.each(NUMBERS)('is still %d', async (number) => {
      const data = [number, { number }, [[number]]];
      const asked = commit(String(number), [event({ data: number }), event({ data })], {
        metadata: { number },
      });
      const [alone, inside] = await recorded(logs.store, asked);
      expect(alone?.data).toBe(number);
      expect(inside?.data).toEqual(data);
      expect(inside?.metadata).toEqual({ number });
    });

    it('is still one of many, each in its place', async () => {
      const [all] = await recorded(logs.store, commit('all', [event({ data: NUMBERS })]));
      expect(all?.data).toEqual(NUMBERS);
    });
  });

  describe('a value', () => {
    const logs = oneLogForAll(factory);

    it.each<readonly [what: string, data: Json]>([
      ['true', true],
      ['false', false],
      ['null in an object', { nothing: null }],
      ['a text of digits', '007'],
      ['a text that looks like a number', ['1e5', '-0', 'NaN', 'Infinity', '0x10', '1_000']],
      ['a text that looks like a time', ['2026-01-31T12:00:00.000Z', '2026-01-31', '12:00']],
      ['a text that looks like another value', ['null', 'true', '{}', '[]', '""']],
      ['a text in base64', 'AAEC/w=='],
      ['a thousand decimal digits', { value: '9'.repeat(1000) }],
      ['an array of unlike things', [1, '1', true, null, [], {}, [1], { a: 1 }]],
      ['an object of unlike things', { a: 1, b: '1', c: true, d: null, e: [], f: {} }],
      ['an array of objects of other names each', [{ a: 1 }, { b: 1 }, { a: 1, b: 1 }, { b: 1, a: 1 }]],
    ])('is still %s', async (what, data) => {
      const [read] = await recorded(logs.store, commit(what, [event({ data })]));
      expect(read?.data).toStrictEqual(data);
    });
  });
}
