/** Text of every script, in every place, compared by its code units. */
import { commitId, tag, type Json } from '../../../event-log/event.js';
import { TIME, commit, event } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach, oneLogForAll } from '../logs.js';
import { eventsOf, integers, outcomeOf, positionsOf, recorded } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['Cyrillic', 'ключ'],
  ['Chinese within the basic plane', '日本語'],
  ['Chinese beyond the basic plane', '𠮷野家'],
  ['a composed letter', '\u00e9'],
  ['a letter and a combining mark', 'e\u0301'],
  ['many combining marks', `z${'\u0310\u0335\u0489'.repeat(20)}`],
  ['an emoji made of several', '👩‍👩‍👧‍👦'],
  ['flags and skin tones', '🇺🇳👍🏿'],
  ['right to left', 'שלום عليكم'],
  ['direction marks', 'a\u200f\u202eb\u202c\u2066c\u2069'],
  ['line and paragraph separators', 'a\u2028b\u2029c'],
  ['line ends and tabs', '\r\n\t\v\f'],
  ['control characters', '\u0001\u001f\u007f\u0085'],
  ['a byte order mark', '\ufeffa'],
  ['zero-width characters', 'a\u200b\u200c\u200d\u2060b'],
  ['the replacement character', '\ufffd'],
  ['noncharacters', '\ufdd0\ufffe\uffff'],
  ['the last code point', '\u{10ffff}'],
  ['spaces around', ' \u00a0a\u3000 '],
  ['quotes and backslashes', '"\'`\\\\"\\u0041\\x00'],
  ['what means something in SQL', "'; DROP TABLE events; -- %_$1?"],
  ['what means something in a URL', '/a?b=c&d=%20#e+f'],
];

const NAMES: readonly string[] = [
  '',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'toJSON',
  '0',
  '-1',
  'a.b',
  '$ref',
  '@type',
  'ключ 🔑',
  'a\u0000b',
  'x'.repeat(100_000),
];

/** All members by name, sorted, since `toEqual` ignores some of them. */
function canonical(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`,
  );
  return `{${members.sort().join()}}`;
}

export function describeUnicode(factory: EventStoreFactory): void {
  describe('text', () => {
    const logs = oneLogForAll(factory);

    it.each(TEXTS)('may be %s, wherever text may stand', async (_what, text) => {
      const given = event({ tags: ['first', text], data: { [text]: [text, { text }] } });
      const more = { metadata: { [text]: text }, fingerprint: text };
      const answer = await logs.store.append(commit(text, [event(), given], more));
      expect(answer).toMatchObject({ id: text, fingerprint: text });
      expect(await logs.store.find(commitId(text))).toEqual(answer);
      expect(await outcomeOf(logs.store, commit(text))).toBe(`repeated at ${answer.first}`);
      expect(await eventsOf(logs.store, [{ tags: [tag(text)] }])).toEqual([
        { ...given, position: answer.last, time: TIME, commit: text, metadata: more.metadata },
      ]);
    });

    it('may be a NUL in data and in metadata, though in no name', async () => {
      const text = 'a\u0000b';
      const given = event({ data: [text, { text }] });
      const more = { metadata: { text } };
      const [read] = await recorded(logs.store, commit('NUL', [given], more));
      expect(read).toMatchObject({ data: given.data, metadata: more.metadata });
    });

    it('comes back the same from a hundred kinds in one commit', async () => {
      const alphabet = integers(1, 100).map((nth) => String.fromCodePoint(nth * 0x2a5));
      const written = alphabet.filter((character) => character.isWellFormed());
      const asked = commit(
        'hundred',
        written.map((data) => event({ data })),
      );
      expect((await recorded(logs.store, asked)).map(({ data }) => data)).toEqual(written);
    });
  });

  describe('text that looks alike', () => {
    const logs = aLogForEach(factory);

    it.each<readonly [what: string, alike: readonly string[]]>([
      ['composed and not', ['\u00e9', 'e\u0301', 'e']],
      ['small and capital', ['straße', 'STRASSE', 'Straße', 'i', 'I', 'ı', 'İ']],
      ['with spaces and without', ['a', ' a', 'a ', 'a\u00a0', '\ta']],
      ['beginning alike', ['a', 'a\u0001', 'aa', 'a:', 'a%', 'a_']],
      ['wide and narrow', ['a', 'ａ', 'а']],
      ['with invisible characters and without', ['ab', 'a\u200bb', '\ufeffab', 'a\u00adb']],
      ['names of an object’s own', ['__proto__', 'constructor', 'toString', 'null', 'undefined']],
    ])('is told apart: %s', async (_what, alike) => {
      for (const text of alike) await logs.store.append(commit(text, [event({ tags: [text] })]));
      for (const [index, text] of alike.entries()) {
        expect(await positionsOf(logs.store, [{ tags: [tag(text)] }])).toEqual([index + 1]);
        expect((await logs.store.find(commitId(text)))?.first).toBe(index + 1);
      }
      expect(await logs.store.head()).toBe(alike.length);
    });
  });

  describe('a member', () => {
    const logs = oneLogForAll(factory);
    /** Made by JSON.parse, so that `__proto__` is an own member, too. */
    const named = (name: string): Readonly<Record<string, Json>> =>
      JSON.parse(`{${JSON.stringify(name)}:{"inner":1},"other":2}`) as Readonly<Record<string, Json>>;

    it.each(
      NAMES.map((name) => [name.length > 20 ? `${name.slice(0, 3)}… (100,000)` : JSON.stringify(name), name]),
    )('may be named %s, in data and in metadata', async (_what, name) => {
      const given = named(name);
      const [plain, nested] = await recorded(
        logs.store,
        commit(JSON.stringify(name).slice(0, 20), [event({ data: given }), event({ data: [{ given }] })], {
          metadata: given,
        }),
      );
      expect(canonical(plain?.data ?? null)).toBe(canonical(given));
      expect(canonical(nested?.data ?? null)).toBe(canonical([{ given }]));
      expect(canonical(nested?.metadata ?? null)).toBe(canonical(given));
    });

    it('may have any of these names beside the others', async () => {
      const members = NAMES.map((name, index) => `${JSON.stringify(name)}:${index}`);
      const data = JSON.parse(`{${members.join()}}`) as Json;
      const [read] = await recorded(logs.store, commit('all', [event({ data })]));
      expect(canonical(read?.data ?? null)).toBe(canonical(data));
    });
  });
}
