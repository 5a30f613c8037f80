/** What the program loads: LMDB and the client of PostgreSQL only for a command that opens a log there. */
import { jest } from '@jest/globals';
import { TestTerminal } from '../../test/support/terminal.js';

const loadLmdb = jest.fn(() => ({}));
const loadPg = jest.fn(() => ({}));
jest.unstable_mockModule('lmdb', loadLmdb);
jest.unstable_mockModule('pg', loadPg);
const { runProgram } = await import('./program.js');

describe('leftfold', () => {
  it.each(['--help', '--version'])('loads no store for %s', async (option) => {
    expect(await runProgram([option], '1.2.3', new TestTerminal())).toBe(0);
    expect(loadLmdb).not.toHaveBeenCalled();
    expect(loadPg).not.toHaveBeenCalled();
  });
});
