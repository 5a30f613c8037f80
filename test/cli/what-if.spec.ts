/** `leftfold what-if`, beside a server and without one. */
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldedUpTo, record, retract, wholeLog } from '../support/api.js';
import { leftfold, printed } from '../support/cli.js';
import { CONTEXTS, Server, TemporaryFolder } from '../support/server.js';

const folder = new TemporaryFolder();
const data = join(folder.path, 'data');
const ODD = join(import.meta.dirname, '..', 'support', 'operations', 'contexts.mjs');
let server: Server;

/** 1: 1, 2: 2, 3: 3, 4: 0, 5: the zero is retracted, 6: 10. The only snapshot is at 3. */
beforeAll(async () => {
  const first = await Server.start({ LEFTFOLD_DATA: data });
  await first.ready();
  await foldedUpTo(first, '/balance', await record(first, 1, 2, 3));
  await first.stop();
  // No snapshot by time: on a slow machine the tests take longer than the default interval.
  server = await Server.start({ LEFTFOLD_DATA: data, LEFTFOLD_SNAPSHOT_SECONDS: '3600' });
  await server.ready();
  await retract(server, await record(server, 0));
  await foldedUpTo(server, '/balance', await record(server, 10));
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

const whatIf = async (...words: readonly string[]): Promise<unknown> =>
  JSON.parse(await printed(['what-if', ...words, '--data', data, '--contexts', CONTEXTS]));

describe('what-if', () => {
  it('prints the state with and without the events, as HTTP answers it', async () => {
    const answer = await whatIf('balance', '--without', '6,2');
    expect(answer).toEqual({
      position: 6,
      without: [2, 6],
      is: { value: '16', state: 'counting', count: 4 },
      wouldBe: { value: '4', state: 'counting', count: 2 },
    });
    expect(await server.json('/balance/what-if?without=6,2')).toEqual(answer);
  });

  it('folds up to --at', async () => {
    expect(await whatIf('factor', '--without', '4', '--at', '4')).toEqual({
      position: 4,
      without: [4],
      is: { value: '0', state: 'zero', count: 4 },
      wouldBe: { value: '6', state: 'nonzero', count: 3 },
    });
  });

  it('records nothing and changes no snapshot', async () => {
    const all = async (): Promise<unknown> => [
      await wholeLog(server),
      readdirSync(join(data, 'projections'), { recursive: true }).toSorted(),
    ];
    const before = await all();
    await whatIf('balance', '--without', '1');
    expect(await all()).toEqual(before);
  });

  it('works without a snapshot', async () => {
    const bare = join(folder.path, 'bare');
    cpSync(join(data, 'log'), join(bare, 'log'), { recursive: true });
    const text = await printed([
      'what-if',
      'balance',
      '--without',
      '5',
      '--data',
      bare,
      '--contexts',
      CONTEXTS,
    ]);
    expect(JSON.parse(text)).toMatchObject({ wouldBe: { value: '16', count: 5 } });
  });

  it('uses the projections of --contexts instead of those of the monolith', async () => {
    const other = ['--data', data, '--contexts', ODD];
    expect(JSON.parse(await printed(['what-if', 'odd', '--without', '2', ...other]))).toEqual({
      position: 6,
      without: [2],
      is: { total: '16' },
      wouldBe: { total: '14' },
    });
    const words = ['what-if', 'balance', '--without', '2', ...other];
    expect(await leftfold(words)).toMatchObject({
      code: 2,
      stderr: 'leftfold what-if: there is no projection balance; there are odd\n',
    });
  });

  it.each([
    [
      ['sums', '--without', '1'],
      'leftfold what-if: there is no projection sums; there are balance, factor\n',
    ],
    [
      ['balance', '--without', '1,7'],
      'leftfold what-if: position 7 is after the head of the log, which is at 6\n',
    ],
    [
      ['balance', '--without', '1', '--at', '9'],
      'leftfold what-if: position 9 is after the head of the log, which is at 6\n',
    ],
    [
      ['balance', '--without', '5', '--at', '4'],
      'leftfold what-if: position 5 is after --at, which is at 4\n',
    ],
    [['balance'], "leftfold what-if: required option '--without <positions>' not specified\n"],
    [
      ['balance', '--without', '1,x'],
      "leftfold what-if: option '--without <positions>' argument '1,x' is invalid. Give positions from 1 on, separated by commas, as in 17,18.\n",
    ],
  ])('reports invalid usage in one line, with 2: %j', async (words, line) => {
    const { code, stdout, stderr } = await leftfold([
      'what-if',
      ...words,
      '--data',
      data,
      '--contexts',
      CONTEXTS,
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(
      stderr
        .replace('leftfold: required', 'leftfold what-if: required')
        .replace('leftfold: option', 'leftfold what-if: option'),
    ).toBe(line);
  });

  it('reports an invalid file of --contexts in one line, with 2', async () => {
    const wrong = join(folder.path, 'wrong.mjs');
    writeFileSync(wrong, 'export const context = [];\n');
    const right =
      'name a JavaScript module that exports contexts, a list of Nest modules with projections of this leftfold, or the module of an application\n';
    for (const [file, what] of [
      [`${wrong}.gone`, `there is no file ${wrong}.gone`],
      [wrong, `${wrong} exports no list as contexts`],
    ] as const) {
      const words = ['what-if', 'balance', '--without', '1', '--data', data, '--contexts', file];
      const { code, stdout, stderr } = await leftfold(words);
      expect([code, stdout, stderr]).toEqual([2, '', `leftfold what-if: --contexts: ${what}; ${right}`]);
    }
  });

  it('fails with 1 when there is no log', async () => {
    const { code, stdout } = await leftfold([
      ...['what-if', 'balance', '--without', '1', '--data', folder.path],
      ...['--contexts', CONTEXTS],
    ]);
    expect([code, stdout]).toEqual([1, '']);
  });
});
