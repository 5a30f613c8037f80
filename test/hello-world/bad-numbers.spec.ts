import { wholeLog } from '../support/api.js';
import { WATCHABLE, Watched, type Refusal } from '../support/refusals.js';
import { TemporaryFolder, type Server } from '../support/server.js';
import { record, startProgram } from './support/numbers.js';

const folder = new TemporaryFolder();
let server: Server;
let watched: Watched;

beforeAll(async () => {
  server = await startProgram({ LEFTFOLD_DATA: folder.path, ...WATCHABLE });
  await server.ready();
  await record(server, 5, 7);
  watched = new Watched(server, folder.path);
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** The next good request works after every one that was refused. */
afterEach(async () => {
  const before = await wholeLog(server);
  await record(server, 1);
  const after = await wholeLog(server);
  expect(after.startsWith(before)).toBe(true);
  expect(after.slice(before.length)).toContain('"data":{"value":"1"}');
});

const INTEGER = /integer/i;
const AS_STRING = /string of its digits/;
const CANONICAL = /digits only|canonical/;

const invalidAt = (pointer: string, says: RegExp = INTEGER): Refusal => ({
  status: 422,
  problem: 'invalid-body',
  at: { pointer },
  says,
});

const malformed = (says: RegExp): Refusal => ({
  status: 400,
  problem: 'malformed-body',
  at: { pointer: '#' },
  says,
});

interface BodyFault {
  readonly pointer: string;
  readonly detail: string;
}

async function faultsOf(send: () => Promise<Response>): Promise<readonly BodyFault[]> {
  const response = await send();
  expect(response.status).toBe(422);
  return ((await response.json()) as { readonly errors: readonly BodyFault[] }).errors;
}

const values: readonly (readonly [literal: string, says: RegExp])[] = [
  ['null', /null.*integer/],
  ['true', /boolean.*integer/],
  ['false', /boolean.*integer/],
  ['1.5', /1\.5 is not an integer/],
  ['-0.5', /not an integer/],
  ['"1.0"', CANONICAL],
  ['"abc"', CANONICAL],
  ['""', CANONICAL],
  ['" 5 "', CANONICAL],
  ['"+5"', CANONICAL],
  ['"007"', CANONICAL],
  ['"-0"', CANONICAL],
  ['"0x10"', CANONICAL],
  ['"1e3"', CANONICAL],
  ['"1_000"', CANONICAL],
  ['"1,000"', CANONICAL],
  ['"5n"', CANONICAL],
  ['"5\\n"', CANONICAL],
  ['"٥"', CANONICAL],
  ['"Infinity"', CANONICAL],
  ['1e400', AS_STRING],
  ['-1e400', AS_STRING],
  ['9007199254740993', AS_STRING],
  ['-9007199254740993', AS_STRING],
  ['9007199254740992', AS_STRING],
  ['9007199254740993.0', AS_STRING],
  ['1e16', AS_STRING],
  ['1.00000000000000000001', AS_STRING],
  ['1e-400', INTEGER],
  [`"${'9'.repeat(1001)}"`, /1001 digits.*at most 1000/],
  [`"-${'9'.repeat(1001)}"`, /1001 digits.*at most 1000/],
  ['[]', /array.*integer/],
  ['[5]', /array.*integer/],
  ['[[5]]', /array.*integer/],
  ['{}', INTEGER],
  ['{"value": 5}', INTEGER],
];

const named = values.map(
  ([literal, says]) =>
    [
      literal.length > 40 ? `${literal.slice(0, 20)}… (${literal.length} long)` : literal,
      literal,
      says,
    ] as const,
);

describe('a value that is no number', () => {
  it.each(named)('is refused: %s', async (_name, literal, says) => {
    await watched.refuses(() => server.post('/numbers', `{"value": ${literal}}`), invalidAt('#/value', says));
  });

  it.each(named)('is refused on /push: %s', async (_name, literal, says) => {
    await watched.refuses(() => server.post('/push', `{"event": ${literal}}`), invalidAt('#/event', says));
  });

  it.each(['abc', '', ' 5 ', '+5', '007', '-0', '0x10', '1.0', '9'.repeat(1001)])(
    'is refused in a form: %j',
    async (value) => {
      const body = new URLSearchParams({ value });
      await watched.refuses(
        () => server.fetch('/numbers', { method: 'POST', body }),
        invalidAt('#/value', /digits/),
      );
    },
  );

  it.each(named.filter(([, literal]) => !literal.startsWith('{')))(
    'is refused in an array, by its index: %s',
    async (_name, literal, says) => {
      await watched.refuses(() => server.post('/numbers', `[1, ${literal}, 3]`), invalidAt('#/1', says));
    },
  );

  it('is refused in an object of an array, by its index and field', async () => {
    await watched.refuses(
      () => server.post('/numbers', '[{"value": 1}, {"value": "007"}]'),
      invalidAt('#/1/value', CANONICAL),
    );
    await watched.refuses(
      () => server.post('/numbers', '[{"value": 1}, {}]'),
      invalidAt('#/1/value', /missing/),
    );
  });

  it('is refused in NDJSON, by the index of its line', async () => {
    await watched.refuses(
      () => server.post('/numbers', '1\n"007"\n', { 'content-type': 'application/x-ndjson' }),
      invalidAt('#/1', CANONICAL),
    );
  });

  it.each([0, 4321, 9999])('is found among 10,000, at index %d', async (index) => {
    const numbers = Array.from({ length: 10_000 }, (_, at) => (at === index ? '"abc"' : '7'));
    await watched.refuses(
      () => server.post('/numbers', `[${numbers.join()}]`),
      invalidAt(`#/${index}`, CANONICAL),
    );
  });

  it('is named with the others that are none', async () => {
    const response = await server.post('/numbers', '[null, 5, "abc", 1.5]');
    const { errors } = (await response.json()) as {
      readonly errors: readonly { readonly pointer: string }[];
    };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/0', '#/2', '#/3']);
  });
});

describe('a body without a number', () => {
  it.each([
    ['an object without the field', '{}', '#/value', /missing/],
    ['another field', '{"number": 5}', '#/value', /missing/],
    ['another field beside it', '{"value": 5, "unit": "m"}', '#/unit', /only one is value/],
    ['an empty array', '[]', '#', /1 to 10000/],
    ['an array of an empty array', '[[]]', '#/0', INTEGER],
    ['a bare number', '5', '#', /object with the field value/],
    ['a bare string', '"5"', '#', /object with the field value/],
    ['a bare null', 'null', '#', /object with the field value/],
    ['a number past every double', '1e400', '#', /object with the field value/],
    ['a prototype instead of it', '{"__proto__": {"value": 5}}', '#/value', /missing/],
    [
      'a prototype beside it',
      '{"value": 5, "__proto__": {"admin": true}}',
      '#/__proto__',
      /only one is value/,
    ],
    ['a constructor', '{"constructor": {"prototype": {"value": 5}}}', '#/value', /missing/],
    ['a prototype in an array', '[{"__proto__": {"value": 5}}]', '#/0/value', /missing/],
    ['what every object has', '{"toString": 5}', '#/value', /missing/],
  ])('is refused: %s', async (_name, body, pointer, says) => {
    await watched.refuses(() => server.post('/numbers', body), invalidAt(pointer, says));
  });

  it('is refused: 10,001 numbers', async () => {
    const body = `[${Array.from({ length: 10_001 }, () => '1').join()}]`;
    await watched.refuses(
      () => server.post('/numbers', body),
      invalidAt('#', /1 to 10000 numbers, not 10001/),
    );
  });

  it('is refused: NDJSON without a line', async () => {
    const send = (): Promise<Response> =>
      server.post('/numbers', '\n\n', { 'content-type': 'application/x-ndjson' });
    await watched.refuses(send, invalidAt('#', /1 to 10000/));
  });

  it('is refused: no body at all', async () => {
    await watched.refuses(() => server.fetch('/numbers', { method: 'POST' }), invalidAt('#', /field value/));
  });

  it('leaves no prototype polluted', async () => {
    await server.post('/numbers', '{"__proto__": {"value": 5}}');
    await watched.refuses(() => server.post('/numbers', '{}'), invalidAt('#/value', /missing/));
  });
});

describe('a number that is not exact, and is not the only fault', () => {
  const MISSING = 'the number is missing: send an integer, as in 5 or "12345678901234567890"';
  const RIGHT = 'send an integer, as in 5 or "12345678901234567890"';

  it.each([
    ['{"x":12345678901234567890}', '#/value', MISSING],
    ['[{"x":12345678901234567890}]', '#/0/value', MISSING],
    ['{"value":[12345678901234567890]}', '#/value', `this is an array: ${RIGHT}`],
    ['{"value":{"a":1e400}}', '#/value', `this is a JSON object: ${RIGHT}`],
    ['{"value":12345678901234567890,"x":1}', '#/x', 'there is no such field; the only one is value'],
  ])('is not said in place of the fault: %s', async (body, pointer, detail) => {
    expect(await faultsOf(() => server.post('/numbers', body))).toEqual([{ pointer, detail }]);
  });

  it('leaves the faults before it', async () => {
    const texts = Array.from({ length: 20 }, () => '"x"');
    const faults = await faultsOf(() => server.post('/numbers', `[${texts.join()},12345678901234567890]`));
    expect(faults.map(({ pointer }) => pointer)).toEqual(texts.map((_, index) => `#/${index}`));
  });
});

describe('a retraction without a reason that can be taken', () => {
  const WHY = 'say why the number is retracted, as text';
  const INEXACT = '12345678901234567890 is not exact as a JSON number: send it as text, in quotes';

  it.each([
    ['null', '#/reason', WHY],
    ['{}', '#/reason', WHY],
    ['[]', '#', 'send an object whose only field is reason'],
    ['"a slip"', '#', 'send an object whose only field is reason'],
    ['{"reason":5}', '#/reason', WHY],
    ['{"reason":""}', '#/reason', 'say why the number is retracted'],
    ['{"reason":"a","x":1}', '#/x', 'there is no such field; the only one is reason'],
    ['{"reason":12345678901234567890}', '#/reason', INEXACT],
    ['{"reason":"a","x":12345678901234567890}', '#/x', INEXACT],
    ['{"x":12345678901234567890}', '#/x', INEXACT],
  ])('is refused: %s', async (body, pointer, detail) => {
    expect(await faultsOf(() => server.post('/numbers/1/retraction', body))).toEqual([{ pointer, detail }]);
  });

  it('is refused: no body at all', async () => {
    const send = (): Promise<Response> => server.fetch('/numbers/1/retraction', { method: 'POST' });
    expect(await faultsOf(send)).toEqual([{ pointer: '#/reason', detail: WHY }]);
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['no JSON', '{"value": 5'],
    ['empty', ''],
    ['JavaScript', '{value: 5}'],
    ['a leading plus', '{"value": +5}'],
    ['leading zeros', '{"value": 007}'],
    ['hexadecimal', '{"value": 0x10}'],
    ['NaN', '{"value": NaN}'],
    ['two values', '{"value": 5}{"value": 6}'],
    ['lines of JSON', '5\n6\n'],
  ])('is refused: %s', async (_name, body) => {
    await watched.refuses(() => server.post('/numbers', body), malformed(/JSON/));
  });

  it('is refused: a line of NDJSON, by its number', async () => {
    await watched.refuses(
      () => server.post('/numbers', '5\n\nabc\n', { 'content-type': 'application/x-ndjson' }),
      malformed(/Line 3 is not JSON/),
    );
  });

  it('is refused: a name that stands twice', async () => {
    await watched.refuses(
      () => server.post('/numbers', '{"value": 5, "value": 6}'),
      malformed(/twice|once|duplicate/i),
    );
  });

  it('is refused: a form’s field that stands twice', async () => {
    await watched.refuses(
      () => server.fetch('/numbers', { method: 'POST', body: new URLSearchParams('value=5&value=6') }),
      malformed(/value is there twice; send it once/),
    );
  });

  it('is refused: bytes that are not UTF-8', async () => {
    const send = (): Promise<Response> =>
      server.fetch('/numbers', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Uint8Array.of(0xff, 0xfe, 0x00),
      });
    await watched.refuses(send, malformed(/JSON|UTF-8/));
  });
});
