/** What went wrong, in the terms of RFC 9457. */
import { z } from 'zod';
import { faultsOf, parseBody } from './json-faults.js';
import { InvalidBody, InvalidHeader, InvalidParameter, Problem, pointer } from './problem.js';

describe('Problem', () => {
  class SoldOut extends Problem {
    constructor() {
      super('conflict', 'sold-out', 'Sold out', 'There is none left; come back tomorrow.', {
        retryAfter: 60,
      });
    }
  }

  it('has a stable type', () => {
    expect(new SoldOut().type).toBe('urn:leftfold:problem:sold-out');
  });

  it('has the name of its class', () => {
    expect(new SoldOut().name).toBe('SoldOut');
  });

  it('says what happened as its message', () => {
    expect(new SoldOut().message).toBe('There is none left; come back tomorrow.');
  });

  it('has no faults and no extensions unless it is given some', () => {
    expect(new SoldOut()).toMatchObject({ faults: [], extensions: {}, retryAfter: 60 });
  });
});

describe('pointer', () => {
  it.each<readonly [path: readonly PropertyKey[], expected: string]>([
    [[], '#'],
    [['value'], '#/value'],
    [['events', 3, 'data'], '#/events/3/data'],
    [[''], '#/'],
    [['a/b'], '#/a~1b'],
    [['a~b'], '#/a~0b'],
    [['~1'], '#/~01'],
    [['a b%é'], '#/a%20b%25%C3%A9'],
  ])('points to %j as %s (RFC 6901)', (path, expected) => {
    expect(pointer(path)).toBe(expected);
  });

  it('points to a name that is no well-formed Unicode', () => {
    expect(() => pointer(['\ud800'])).not.toThrow();
  });
});

describe('InvalidBody', () => {
  it('says the first fault, where it is, and how many more there are', () => {
    const body = new InvalidBody([{ pointer: '#/a', detail: 'wrong' }, { detail: 'bad' }, { detail: 'sad' }]);
    expect(body.detail).toBe('#/a: wrong (and 2 more)');
  });

  it('speaks of the whole body when the fault is nowhere else', () => {
    expect(new InvalidBody([{ detail: 'empty' }]).detail).toBe('#: empty');
  });

  it('has something to say without a fault', () => {
    expect(new InvalidBody([]).detail).toBe('The body is not acceptable.');
  });
});

describe('a fault', () => {
  it('of a parameter names it', () => {
    expect(new InvalidParameter('after', 'wrong').faults).toEqual([{ parameter: 'after', detail: 'wrong' }]);
  });

  it('of a header names it', () => {
    expect(new InvalidHeader('Prefer', 'wrong').faults).toEqual([{ header: 'Prefer', detail: 'wrong' }]);
  });
});

describe('parseBody', () => {
  const schema = z.object({ list: z.array(z.int('an integer')), name: z.string().default('x') });

  it('gives the body as the schema has it', () => {
    expect(parseBody(schema, { list: [1], more: 1 })).toEqual({ list: [1], name: 'x' });
  });

  it('names every field at fault', () => {
    expect(() => parseBody(schema, { list: [1, 'two', 3.5] })).toThrow(
      expect.objectContaining({
        faults: [
          { pointer: '#/list/1', detail: 'an integer' },
          { pointer: '#/list/2', detail: 'an integer' },
        ],
      }) as Error,
    );
  });

  it('names no more than 20', () => {
    const { error } = schema.safeParse({ list: Array(100).fill('x') });
    expect(error === undefined ? 0 : faultsOf(error).length).toBe(20);
  });
});
