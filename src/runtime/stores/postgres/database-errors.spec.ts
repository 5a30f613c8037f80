/** What PostgreSQL fails with, in the log's words. */
import pg from 'pg';
import { AppendConditionFailed, StorageFull, StoreUnavailable } from '../../event-log/errors.js';
import { storeError, reasonOf } from './database-errors.js';

function databaseError(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError('it does not work', 0, 'error');
  error.code = code;
  return error;
}

describe('an error of the database', () => {
  it('that the disk is full is StorageFull', () => {
    expect(storeError(databaseError('53100'))).toBeInstanceOf(StorageFull);
  });

  it.each([
    ['the connection broke', '08006'],
    ['the password is another one', '28P01'],
    ['the database is gone', '3D000'],
    ['there are too many connections', '53300'],
    ['the server is ended', '57P01'],
    ['the server starts', '57P03'],
    ['somebody else holds the log for too long', '55P03'],
    ['a statement took too long', '57014'],
    ['this process held it for too long', '25P03'],
    ['the server may only be read', '25006'],
    ['two transactions wait for each other', '40P01'],
  ])('that passes says to try again: %s', (_what, code) => {
    const error = storeError(databaseError(code));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as StoreUnavailable).retryAfter).toBe(1);
  });

  it.each([
    ['that the server may only be read', '25006', 'store-read-only'],
    ['that the role lacks a privilege', '42501', 'store-denied'],
    ['that a table is missing', '42P01', 'store-missing'],
    ['that the schema is missing', '3F000', 'store-missing'],
  ])('has a problem type of its own: %s', (_what, code, problem) => {
    expect(storeError(databaseError(code))).toMatchObject({ problem, retryAfter: 1 });
  });

  it.each([
    ['a number out of range', '22003'],
    ['an id that is there already', '23505'],
  ])('that is a fault stays what it is: %s', (_what, code) => {
    const error = databaseError(code);
    expect(storeError(error)).toBe(error);
  });
});

describe('another error', () => {
  it('is a connection that broke, when it comes from the network', () => {
    expect(storeError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))).toBeInstanceOf(
      StoreUnavailable,
    );
  });

  it.each([
    new TypeError('not a function'),
    new RangeError('Invalid string length'),
    new AppendConditionFailed(1),
  ])('stays what it is: %s', (error) => {
    expect(storeError(error)).toBe(error);
  });
});

describe('the reason of an error', () => {
  it('is the innermost cause', () => {
    const error = new StoreUnavailable('nothing', {
      cause: new Error('outer', { cause: databaseError('57P01') }),
    });
    expect(reasonOf(error)).toBe('it does not work');
  });

  it('is that of the first address, when a name has several', () => {
    const errors = [
      new Error('connect ECONNREFUSED ::1:5432'),
      new Error('connect ECONNREFUSED 127.0.0.1:5432'),
    ];
    expect(reasonOf(new AggregateError(errors))).toBe('connect ECONNREFUSED ::1:5432');
  });

  it('is one line', () => {
    expect(reasonOf(new Error('first\nsecond'))).toBe('first');
  });

  it('is also found when the thrown value is no error', () => {
    expect(reasonOf('enough')).toBe('enough');
  });
});
