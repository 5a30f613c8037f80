/** Query parameters. */
import { refuseUnknownParameters, manyValues, oneValue, wholeNumber } from './parameters.js';
import { InvalidParameter } from './problem.js';

describe('refuseUnknownParameters', () => {
  it('takes what is known', () => {
    expect(() => {
      refuseUnknownParameters({ after: '1' }, ['after', 'limit']);
    }).not.toThrow();
  });

  it('refuses what is not, and names what is', () => {
    expect(() => {
      refuseUnknownParameters({ afer: '1' }, ['after', 'limit']);
    }).toThrow('There is no parameter afer; there are after, limit.');
  });

  it('says that there are none where there are none', () => {
    expect(() => {
      refuseUnknownParameters({ after: '1' }, []);
    }).toThrow('There is no parameter after; there are none here.');
  });
});

describe('oneValue', () => {
  it('gives what is there once', () => {
    expect(oneValue({ type: 'a' }, 'type')).toBe('a');
  });

  it('gives nothing for what is not there', () => {
    expect(oneValue({}, 'type')).toBeUndefined();
  });

  it('refuses what is there more often', () => {
    expect(() => oneValue({ type: ['a', 'b'] }, 'type')).toThrow('type is there 2 times; give it once.');
  });
});

describe('manyValues', () => {
  it.each<readonly [given: string | readonly string[] | undefined, values: readonly string[]]>([
    [undefined, []],
    ['a', ['a']],
    ['', ['']],
    [
      ['b', 'a', 'b'],
      ['b', 'a', 'b'],
    ],
  ])('makes of %j the values %j', (given, values) => {
    expect(manyValues({ tag: given }, 'tag')).toEqual(values);
  });
});

describe('wholeNumber', () => {
  it.each(['0', '7', '9007199254740991'])('takes %s', (text) => {
    expect(wholeNumber({ after: text }, 'after')).toBe(Number(text));
  });

  it('gives nothing for what is not there', () => {
    expect(wholeNumber({}, 'after')).toBeUndefined();
  });

  it.each(['', ' 1', '-1', '+1', '1.0', '1e3', '0x10', '01', 'seven', '٧', '9007199254740993'])(
    'refuses %j',
    (text) => {
      expect(() => wholeNumber({ after: text }, 'after')).toThrow(InvalidParameter);
    },
  );

  it.each(['1', '1000'])('takes the bound %s', (text) => {
    expect(wholeNumber({ limit: text }, 'limit', { min: 1, max: 1000 })).toBe(Number(text));
  });

  it.each(['0', '1001'])('refuses %s, which is out of bounds, and says what would be right', (text) => {
    expect(() => wholeNumber({ limit: text }, 'limit', { min: 1, max: 1000 })).toThrow(
      'limit must be a whole number from 1 to 1000, as in ?limit=1',
    );
  });

  it('names the parameter at fault', () => {
    expect(() => wholeNumber({ after: 'x' }, 'after')).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ parameter: 'after' })] }) as Error,
    );
  });
});
