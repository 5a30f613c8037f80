/** `LEFTFOLD_SEED`: numbers for an empty log. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents } from '../support/api.js';
import { TemporaryDatabase, describeWithPostgres } from '../support/postgres.js';
import { PROGRAM, runToEnd, type Environment, type Server } from '../support/server.js';
import { Servers } from '../support/servers.js';
import { record } from './support/numbers.js';

const MANY = Array.from({ length: 10_001 }, () => '1').join();

const servers = Servers.ofEachTest();

const start = (environment: Environment = {}): Promise<Server> => servers.start(environment, PROGRAM);

describe('the seed', () => {
  const seed = { LEFTFOLD_SEED: '1,1,1,1,2' };

  it('is recorded into an empty log, in one commit, once', async () => {
    const first = await start(seed);
    expect(await first.json('/log')).toEqual([1, 1, 1, 1, 2]);
    expect(new Set((await allEvents(first)).map(({ commit }) => commit)).size).toBe(1);
    expect((await first.stop()).stdout).toContain('has been seeded');

    const second = await start(seed);
    expect(await second.json('/log')).toEqual([1, 1, 1, 1, 2]);
    expect((await second.stop()).stdout).not.toContain('has been seeded');

    const third = await start({ LEFTFOLD_SEED: '7' });
    expect(await third.json('/log')).toEqual([1, 1, 1, 1, 2]);
  });

  it('is not recorded into a log that has numbers', async () => {
    const first = await start();
    await record(first, 7);
    await first.stop();
    expect(await (await start(seed)).json('/log')).toEqual([7]);
  });

  it('leads to another entity tag than other numbers at the same position', async () => {
    const [one, other] = [{ LEFTFOLD_SEED: '1,2' }, { LEFTFOLD_SEED: '9,9' }];
    const first = await start({ ...one, LEFTFOLD_STORE: 'memory' });
    const tag = (await first.fetch('/sum')).headers.get('etag') ?? '';
    expect(tag).not.toBe('');
    expect((await first.fetch('/sum', { headers: { 'if-none-match': tag } })).status).toBe(304);
    await first.stop();
    const second = await start({ ...other, LEFTFOLD_STORE: 'memory' });
    for (const known of [tag, '"2"']) {
      const response = await second.fetch('/sum', { headers: { 'if-none-match': known } });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ value: '18', position: 2 });
    }
  });

  it('is none when the variable is empty', async () => {
    expect(await (await start({ LEFTFOLD_SEED: '' })).json('/log')).toEqual([]);
  });

  it.each([
    ['1,x', /integers separated by commas.*"1,x"/],
    ['1,,2', /integers separated by commas/],
    ['1, 2', /integers separated by commas/],
    ['01', /integers/],
    [MANY, /at most 10000/],
  ])('stops the start in one line when it cannot be, before anything is made: %s', async (value, reason) => {
    const data = join(servers.path, 'data');
    const environment = { PORT: '0', LEFTFOLD_DATA: data, LEFTFOLD_SEED: value };
    const { code, signal, stderr, stdout } = await runToEnd(environment, PROGRAM);
    expect({ signal, stderr }).toEqual({
      signal: null,
      stderr: expect.stringMatching(/^leftfold: LEFTFOLD_SEED: [^\n]+\n$/) as unknown,
    });
    expect(stderr).toMatch(reason);
    expect(code).toBeGreaterThan(0);
    expect(stdout).not.toContain('listens on');
    expect(existsSync(data)).toBe(false);
  });
});

describeWithPostgres('the seed of a log in PostgreSQL', () => {
  it('is recorded once, when two begin at the same time', async () => {
    const database = await TemporaryDatabase.create();
    const begin = (name: string): Promise<Server> =>
      start({
        LEFTFOLD_STORE: database.url,
        LEFTFOLD_DATA: join(servers.path, name),
        LEFTFOLD_SEED: '1,1,2',
      });
    const both = await Promise.all([begin('one'), begin('other')]);
    expect(await both[0].json('/log')).toEqual([1, 1, 2]);
    for (const server of both) await server.stop();
    await database.remove();
  });
});
