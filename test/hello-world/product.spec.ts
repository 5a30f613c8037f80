import { foldedUpTo, textUpTo } from '../support/api.js';
import type { Server } from '../support/server.js';
import { record, retract, startProgram } from './support/numbers.js';

let server: Server;
/** Recorded and not retracted. */
let numbers: number[] = [];

beforeAll(async () => {
  server = await startProgram({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
});

/** Every test begins with a product of nothing. */
beforeEach(async () => {
  for (const number of numbers) await retract(server, number);
  numbers = [];
});

afterAll(async () => {
  await server.stop();
});

/** Resolves to the position of the last one. */
async function recorded(...values: readonly (number | string)[]): Promise<number> {
  const last = await record(server, ...values);
  numbers.push(...values.map((_, index) => last - values.length + 1 + index));
  return last;
}

/** Resolves to the position of the retraction. */
async function retracted(number: number): Promise<number> {
  numbers = numbers.filter((each) => each !== number);
  return retract(server, number);
}

const productAt = (position: number): Promise<Readonly<Record<string, unknown>>> =>
  foldedUpTo(server, '/product', position);

/** Three significant digits of an integer in decimal, by its text. */
function approximately(exact: string): string {
  const [sign, digits] = exact.startsWith('-') ? ['-', exact.slice(1)] : ['', exact];
  const mantissa = Number(`${digits.slice(0, 1)}.${digits.slice(1, 17)}`);
  return `${sign}${mantissa.toFixed(2)}e+${digits.length - 1}`;
}

describe('GET /product', () => {
  it('answers with value, state, count and position', async () => {
    const position = await recorded(1, 1, 1, 1, 2);
    expect(await productAt(position)).toEqual({ value: '2', state: 'nonzero', count: 5, position });
  });

  it('is exact for huge and negative numbers, also as text', async () => {
    const factors = ['-12345678901234567890', '98765432109876543210', '-3', '-1'];
    const exact = String(factors.reduce((product, factor) => product * BigInt(factor), 1n));
    const position = await recorded(...factors);
    expect(await productAt(position)).toMatchObject({ value: exact });
    expect(await textUpTo(server, '/product/value', position)).toBe(exact);
    expect(await textUpTo(server, '/product/state', position)).toBe(`\nmultiplier state: ${exact}\n`);
  });

  it('divides out what is retracted', async () => {
    const third = await recorded(6, -7, 10);
    expect(await productAt(await retracted(third - 1))).toMatchObject({ value: '60', count: 2 });
    expect(await productAt(await retracted(third - 2))).toMatchObject({ value: '10', count: 1 });
    expect(await productAt(await retracted(third))).toMatchObject({ value: '1', count: 0 });
  });
});

describe('zeros', () => {
  it('make it zero, until the last one is retracted', async () => {
    const last = await recorded(6, 0, 7, 0);
    expect(await productAt(last)).toMatchObject({ value: '0', state: 'zero', count: 4 });
    expect(await productAt(await retracted(last - 2))).toMatchObject({ value: '0', state: 'zero', count: 3 });
    expect(await productAt(await retracted(last))).toMatchObject({ value: '42', state: 'nonzero', count: 2 });
  });

  it('do not hide what is recorded and retracted meanwhile', async () => {
    const last = await recorded(6, 0, 7, 5);
    await retracted(last - 3);
    expect(await productAt(await retracted(last - 2))).toMatchObject({ value: '35' });
  });
});

describe('a product of more than 10,000 digits', () => {
  /** Has exactly so many digits. */
  const power = (digits: number): string => `1${'0'.repeat(digits - 1)}`;
  const tenThousandDigits = [...Array.from({ length: 10 }, () => power(1000)), power(10)];

  it('is still shown at 10,000', async () => {
    const { value } = await productAt(await recorded(...tenThousandDigits));
    expect(value).toBe(power(10_000));
  });

  it.each([
    ['10,001 digits', [...tenThousandDigits, '10']],
    ['a negative one', [...tenThousandDigits, '-10']],
    ['nines that round up', [...tenThousandDigits, '9999']],
    ['nines that do not', [...tenThousandDigits, '-9949']],
    ['numbers of 1,000 digits', Array.from({ length: 15 }, (_, index) => `${index + 1}`.repeat(500))],
  ])('is approximated, with its length and a link to the exact text: %s', async (_name, factors) => {
    const exact = String(factors.reduce((product, factor) => product * BigInt(factor), 1n));
    const position = await recorded(...factors);

    const answer = await productAt(position);

    expect(answer).toEqual({
      approximate: roundedUp(approximately(exact)),
      digits: exact.replace('-', '').length,
      exact: '/product/value',
      state: 'nonzero',
      count: factors.length,
      position,
    });
    const text = await server.fetch(String(answer['exact']));
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/);
    expect((await text.text()) === exact).toBe(true);
    expect(await textUpTo(server, '/product/state', position)).toBe(
      `\nmultiplier state: ${String(answer['approximate'])}\n`,
    );
  });

  it('is shown again once enough is retracted', async () => {
    const position = await recorded(...tenThousandDigits, '10');
    expect(await productAt(position)).not.toHaveProperty('value');
    const after = await productAt(await retracted(position));
    expect(after['value']).toBe(power(10_000));
    expect(after).not.toHaveProperty('approximate');
  });

  it('is zero, and shown, with a zero in it', async () => {
    const position = await recorded(...tenThousandDigits, '10', '0');
    expect(await productAt(position)).toMatchObject({ value: '0', state: 'zero' });
  });
});

/** `10.00e+7` is `1.00e+8`. */
function roundedUp(approximate: string): string {
  const [, sign = '', exponent = ''] = /^(-?)10\.00e\+(\d+)$/.exec(approximate) ?? [];
  return exponent === '' ? approximate : `${sign}1.00e+${Number(exponent) + 1}`;
}
