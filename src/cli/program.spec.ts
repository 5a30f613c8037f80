/** The program as a whole: help, options, settings, and invalid usage. */
import { join } from 'node:path';
import { TestTerminal } from '../../test/support/terminal.js';
import { makeLog } from '../../test/support/log-folder.js';
import { madeUpCommits } from '../../test/support/made-up-log.js';
import { TemporaryFolder } from '../../test/support/server.js';
import { runProgram } from './program.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function runWith(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const terminal = new TestTerminal({ environment });
  const code = await runProgram(args, '1.2.3', terminal);
  return { code, stdout: String(terminal.stdout.read() ?? ''), stderr: terminal.stderr.text };
}

const COMMANDS = ['verify', 'export', 'import', 'backup', 'what-if', 'audit', 'rehearse'];

describe('leftfold', () => {
  it('prints its version', async () => {
    expect(await runWith(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it('shows every command and every exit code in its help', async () => {
    const { code, stdout } = await runWith(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(stdout).toMatch(/Exit codes:\n(?: +\d+ .*\n?){6}/);
  });

  it.each(COMMANDS)('shows options, examples and exit codes in the help of %s', async (command) => {
    const { code, stdout } = await runWith([command, '--help']);
    expect(code).toBe(0);
    for (const part of [`Usage: leftfold ${command} `, '--data <folder>', '--store <store>', 'Exit codes:'])
      expect(stdout).toContain(part);
    expect(stdout).toMatch(new RegExp(`Examples:\n {2}leftfold ${command}\\b`));
  });

  it.each(['what-if', 'audit', 'rehearse'])('has the option --contexts in %s', async (command) => {
    expect((await runWith([command, '--help'])).stdout).toContain('--contexts <file>');
  });

  it('shows its help and fails without a command', async () => {
    const { code, stdout, stderr } = await runWith([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: leftfold');
  });

  it.each<readonly [args: readonly string[], line: string]>([
    [['verfy'], "leftfold: unknown command 'verfy' (Did you mean verify?)"],
    [['verify', '--expct', 'x'], "leftfold: unknown option '--expct' (Did you mean --expect?)"],
    [['verify', '--expect', 'abc'], 'A hash has 64 hexadecimal digits.'],
    [['verify', '--through', '-1'], 'A position is a whole number from 0 on.'],
    [['verify', 'surplus'], 'too many arguments'],
    [['export', '--format', 'xml'], 'Allowed choices are ndjson, cloudevents.'],
    [['export', '--tag', ''], 'A tag has 1 to 255 characters, not 0.'],
    [['export', '--type', ''], 'A type has 1 to 255 characters.'],
    [['export', '--resume'], 'leftfold export: --resume goes on with a file; name it by --output'],
    [['backup'], "missing required argument 'folder'"],
    [['verify', '--store', 'etcd'], 'leftfold verify: --store: must be '],
    [['verify', '--store', 'memory'], 'leftfold verify: a log in memory is seen by the process that has it'],
    [['verify', '--store', 'memory:'], 'leftfold verify: a log in memory is seen by the process that has it'],
    [['import', '--store', 'memory'], 'leftfold import: a log in memory is seen by the process that has it'],
    [['backup', '--store', 'memory', 'x'], 'leftfold backup: only a log in LMDB can be copied so; use '],
  ])('answers %j with one line and 2', async (args, line) => {
    const { code, stdout, stderr } = await runWith(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names an invalid setting of the environment', async () => {
    const { code, stderr } = await runWith(['verify'], { LEFTFOLD_STORE: 'etcd' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^leftfold verify: LEFTFOLD_STORE: must be /)]);
  });

  describe('with logs', () => {
    const folder = new TemporaryFolder();
    const [one, other] = [join(folder.path, 'one'), join(folder.path, 'other')];
    const lines: string[] = [];

    beforeAll(async () => {
      lines.push(await makeLog(one, madeUpCommits(1, { seed: 1 })));
      lines.push(await makeLog(other, madeUpCommits(2, { seed: 2 })));
    });

    afterAll(() => {
      folder.remove();
    });

    it('ignores settings of the server', async () => {
      const outcome = await runWith(['verify'], { LEFTFOLD_DATA: one, PORT: 'none', HOST: '192.0.2.1' });
      expect([outcome.code, outcome.stdout]).toEqual([0, lines[0]]);
    });

    it('prefers an option to the setting', async () => {
      const settings = { LEFTFOLD_DATA: one, LEFTFOLD_STORE: 'etcd' };
      const outcome = await runWith(['verify', '--data', other, '--store', 'lmdb'], settings);
      expect([outcome.code, outcome.stdout]).toEqual([0, lines[1]]);
    });

    it.each(['verify', 'export'])('reports a missing log in one line, with 1: %s', async (command) => {
      const { code, stdout, stderr } = await runWith([command, '--data', join(folder.path, 'nowhere')]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^leftfold \w+: \S+nowhere\/log holds no log\n$/);
    });
  });
});
