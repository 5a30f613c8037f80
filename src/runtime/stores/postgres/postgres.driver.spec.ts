/** Opening logs in PostgreSQL by URL. */
import { jest } from '@jest/globals';
import { StoreNotOpened } from '../drivers.js';
import type { PostgresOptions } from './postgres-options.js';

/** What the store was opened with. */
const opened: PostgresOptions[] = [];
let failure: Error | undefined;
const loadStore = jest.fn(() => ({
  PostgresStore: {
    open: (options: PostgresOptions) => {
      opened.push(options);
      return failure === undefined ? Promise.resolve('the store') : Promise.reject(failure);
    },
  },
}));
jest.unstable_mockModule('./postgres.store.js', loadStore);
const { postgresDriver, urlWithoutPassword } = await import('./postgres.driver.js');

const URL_WITH_PASSWORD = 'postgres://me:secret@localhost:5433/db?password=secret';

describe('postgres:', () => {
  beforeEach(() => {
    opened.length = 0;
    failure = undefined;
  });

  it('loads the database client only when a log is opened', async () => {
    expect(loadStore).not.toHaveBeenCalled();
    expect(await postgresDriver.open(URL_WITH_PASSWORD, {})).toBe('the store');
    expect(loadStore).toHaveBeenCalledTimes(1);
  });

  it('is opened with the whole URL', async () => {
    await postgresDriver.open(URL_WITH_PASSWORD, {});
    expect(opened).toMatchObject([{ url: URL_WITH_PASSWORD }]);
  });

  it('tells of the connection without the password', async () => {
    const told: string[] = [];
    await postgresDriver.open(URL_WITH_PASSWORD, { onConnection: (message) => told.push(message) });
    opened[0]?.onConnection?.('ended');
    opened[0]?.onConnection?.(undefined);
    expect(told).toEqual([
      'postgres://me@localhost:5433/db is away: ended',
      'postgres://me@localhost:5433/db is back',
    ]);
  });

  it('says why it cannot be opened, without the password, in one line', async () => {
    failure = new Error('not to be had', { cause: new Error('connect ECONNREFUSED\nat once') });
    const opening = postgresDriver.open(URL_WITH_PASSWORD, {});
    await expect(opening).rejects.toThrow(StoreNotOpened);
    await expect(opening).rejects.toThrow(
      /^postgres:\/\/me@localhost:5433\/db cannot be used: connect ECONNREFUSED$/,
    );
  });

  it.each(['postgres:db', 'postgres://me:sec/ret@host:port/db', 'postgresql://[secret'])(
    'refuses what is no URL of a database, without showing it: %s',
    async (url) => {
      const opening = postgresDriver.open(url, {});
      await expect(opening).rejects.toThrow('the URL of a database is like');
      await expect(opening).rejects.not.toThrow(/sec/);
      expect(opened).toEqual([]);
    },
  );

  it.each([
    ['postgres://me:secret@localhost:5433/db?password=secret', 'postgres://me@localhost:5433/db'],
    ['postgresql://localhost/db', 'postgresql://localhost/db'],
    ['postgres:///db?host=/run/sql&user=me', 'postgres:///db'],
  ])('is shown without a password: %s', (url, shown) => {
    expect(urlWithoutPassword(url)).toBe(shown);
  });
});
