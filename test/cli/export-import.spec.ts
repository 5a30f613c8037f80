/** `leftfold export` and `leftfold import`: a round trip gives the same bytes and hash, also after interruptions. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventJson } from '../support/api.js';
import { allEvents, linesOf, record, retract, until } from '../support/api.js';
import { LEFTFOLD, leftfold, printed, start } from '../support/cli.js';
import { headIn, makeLog } from '../support/log-folder.js';
import { madeUpCommits } from '../support/made-up-log.js';
import { Server, TemporaryFolder } from '../support/server.js';

const FORMATS = ['ndjson', 'cloudevents'] as const;

describe('export and import', () => {
  const folder = new TemporaryFolder();
  const inFolder = (name: string): string => join(folder.path, name);
  const data = inFolder('data');
  /** Enough to interrupt an export in the middle. */
  const COMMITS = 10_000;
  let line: string;
  let head: number;

  beforeAll(async () => {
    line = await makeLog(data, madeUpCommits(COMMITS));
    head = Number(line.split(' ')[0]);
  });

  afterAll(() => {
    folder.remove();
  });

  /** The lines of the whole log. */
  const allLines = (): readonly string[] => linesOf(readFileSync(inFolder('whole.ndjson'), 'utf8'));

  /** The first complete commits, up to a number of lines. */
  const firstLines = (max: number): readonly string[] => {
    const commitOf = (text = ''): unknown => (JSON.parse(text) as EventJson).commit;
    const lines = allLines();
    const cut = commitOf(lines[max]);
    return lines.slice(0, max).filter((text) => commitOf(text) !== cut);
  };

  describe.each(FORMATS)('as %s', (format) => {
    const file = inFolder(`whole.${format}`);

    beforeAll(() => printed(['export', '--data', data, '--format', format, '-q', '-o', file]));

    it('give the same positions, the same hash and, exported again, the same bytes', async () => {
      const copy = inFolder(`copy-${format}`);
      expect(await printed(['import', file, '--data', copy])).toBe(line);
      expect(await printed(['verify', '--data', copy])).toBe(line);
      const again = await printed(['export', '--data', copy, '--format', format, '-q']);
      expect(again === readFileSync(file, 'utf8')).toBe(true);
    });

    it('skip what was imported before', async () => {
      const copy = inFolder(`copy-${format}`);
      const { code, stdout, stderr } = await leftfold(['import', file, '--data', copy]);
      expect([code, stdout]).toEqual([0, line]);
      expect(stderr).toMatch(/recorded 0 events in 0 commits; the log had 10,000 commits already\n$/);
    });

    it('continue after an import was killed', async () => {
      const copy = inFolder(`killed-${format}`);
      const bytes = readFileSync(file);
      const { process: child, ended } = start(['import', '--data', copy]);
      // The import cannot finish: the rest is never written.
      child.stdin?.write(bytes.subarray(0, bytes.length / 2));
      await until(async () => (await headIn(copy)) > 0);
      child.kill('SIGKILL');
      await ended;
      expect(await headIn(copy)).toBeLessThan(head);
      expect(await printed(['import', file, '--data', copy])).toBe(line);
    });

    it('resume after an export was killed, and never leave an incomplete file under the final name', async () => {
      const target = inFolder(`resumed.${format}`);
      const words = ['export', '--data', data, '--format', format, '-o', target];
      const { process: child, ended } = start(words);
      const parts = (): readonly string[] =>
        readdirSync(folder.path).filter((name) => name.startsWith(`resumed.${format}.`));
      await until(() => parts().some((name) => statSync(inFolder(name)).size > 0));
      child.kill('SIGKILL');
      await ended;
      expect(existsSync(target)).toBe(false);
      const refused = await leftfold(words);
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringContaining('go on with it by --resume'),
      ]);
      await printed([...words, '--resume']);
      expect(readFileSync(target).equals(readFileSync(file))).toBe(true);
      expect(parts()).toEqual([]);
    });
  });

  it('preserve the events of a server and its idempotency keys', async () => {
    const [from, to] = [inFolder('served'), inFolder('served-copy')];
    const server = await Server.start({ LEFTFOLD_DATA: from });
    await server.post('/entries', { value: 5 }, { 'idempotency-key': 'k', 'x-correlation-id': 'c' });
    await record(server, 6, 7);
    await retract(server, 2);
    const before = await allEvents(server);
    const exported = await printed(['export', '--data', from]); // while it is served
    await server.stop();
    await printed(['import', '--data', to], { stdin: exported });
    const copy = await Server.start({ LEFTFOLD_DATA: to });
    expect(await allEvents(copy)).toEqual(before);
    const retried = await copy.post('/entries', { value: 5 }, { 'idempotency-key': 'k' });
    expect([retried.status, await retried.json()]).toEqual([201, { position: 1, value: '5' }]);
    const reused = await copy.post('/entries', { value: 6 }, { 'idempotency-key': 'k' });
    expect(reused.status).toBe(422);
    await copy.stop();
  });

  it('report commits whose positions change', async () => {
    const target = inFolder('moved');
    await makeLog(target, madeUpCommits(1, { seed: 99 }));
    const selected = await printed([
      'export',
      '--data',
      data,
      '--through',
      '100',
      '--type',
      'number.recorded',
    ]);
    const { code, stderr } = await leftfold(['import', '--data', target], { stdin: selected });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /recorded [\d,]+ events in [\d,]+ commits; [\d,]+ commits at other positions than in the file\n$/,
    );
  });

  describe('an export', () => {
    it('has the events that have any of the types and all of the tags', async () => {
      const everything = allLines().map((each) => JSON.parse(each) as EventJson);
      const tags = ['number:1, 100%2C', 'number:2, 100%2C'];
      const words = [
        ...tags.flatMap((tag) => ['--tag', tag]),
        '--type',
        'number.retracted',
        '--type',
        'none',
      ];
      const selected = linesOf(
        await printed(['export', '--data', data, ...words, '--after', '5000', '--through', '20000']),
      );
      const expected = everything.filter(
        (event) =>
          event.type === 'number.retracted' &&
          tags.every((tag) => event.tags.includes(tag)) &&
          event.position > 5000 &&
          event.position <= 20000,
      );
      expect(expected.length).toBeGreaterThan(10);
      expect(selected.map((each) => (JSON.parse(each) as EventJson).position)).toEqual(
        expected.map(({ position }) => position),
      );
    });

    it('exits with 0 and no message when its reader closes the pipe', () => {
      const command = `"${process.execPath}" "${LEFTFOLD}" export --data "${data}" | head -n 2; echo "\${PIPESTATUS[0]}"`;
      const output = execFileSync('bash', ['-c', `{ ${command}; } 2>&1`]).toString();
      expect(linesOf(output)).toEqual([
        expect.stringMatching(/^\{"position":1,/),
        expect.stringMatching(/^\{"position":2,/),
        '0',
      ]);
    });

    it('fails with 1 when the disk is full', () => {
      const command = `"${process.execPath}" "${LEFTFOLD}" export --data "${data}" -q > /dev/full`;
      const { status, stderr } = spawnSync('bash', ['-c', command]);
      expect([status, String(stderr)]).toEqual([1, expect.stringMatching(/^leftfold export: ENOSPC: .*\n$/)]);
    });

    it('prints a summary', async () => {
      const { stderr } = await leftfold(['export', '--data', data, '--through', '10', '-o', inFolder('ten')]);
      expect(stderr).toMatch(/^exported 10 events of \d+ commits, after position 0 up to 10\n$/);
    });

    it('does not overwrite a file', async () => {
      writeFileSync(inFolder('there'), 'mine');
      const { code, stderr } = await leftfold(['export', '--data', data, '-o', inFolder('there')]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('is there already')]);
      expect(readFileSync(inFolder('there'), 'utf8')).toBe('mine');
    });

    it('exits with 130 when interrupted, and says how to continue', async () => {
      const target = inFolder('interrupted');
      const words = ['export', '--data', data, '-o', target];
      const { process: child, ended } = start(words);
      await until(() => readdirSync(folder.path).some((name) => name.startsWith('interrupted.')));
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(code).toBe(130);
      expect(stderr).toMatch(/^leftfold export: interrupted; the same command with --resume goes on\n$/m);
      await printed([...words, '--resume']);
      expect(readFileSync(target, 'utf8') === readFileSync(inFolder('whole.ndjson'), 'utf8')).toBe(true);
    });
  });

  describe('an import', () => {
    it('rejects a log that a server is writing, in one line', async () => {
      const served = inFolder('in-use');
      const server = await Server.start({ LEFTFOLD_DATA: served });
      const { code, stdout, stderr } = await leftfold(['import', '--data', served], {
        stdin: firstLines(5).join('\n'),
      });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        /^leftfold import: \S+ is in use by process \d+; stop that process or choose another folder\n$/,
      );
      await server.stop();
    });

    it('names the number and the field of an invalid line, exits with 4, and records the commits before it', async () => {
      const target = inFolder('refused');
      const lines = firstLines(2_000).map((each) => JSON.parse(each) as Record<string, unknown>);
      const commit = lines[1_500]?.['commit'];
      const before = lines.findIndex((each) => each['commit'] === commit);
      const texts = lines.map((each, index) =>
        JSON.stringify(index === 1_500 ? { ...each, revision: '1' } : each),
      );
      const { code, stdout, stderr } = await leftfold(['import', '--data', target], {
        stdin: texts.join('\n'),
      });
      expect([code, stdout]).toEqual([4, '']);
      expect(stderr).toMatch(/^leftfold import: line 1501: #\/revision: .*\n$/);
      expect(await headIn(target)).toBe(before);
    });

    it('rejects a commit that the log has with other content, with 4', async () => {
      const target = inFolder('conflict');
      const lines = firstLines(10);
      const [first = '', ...rest] = lines;
      await printed(['import', '--data', target], { stdin: [first, ...rest].join('\n') });
      const changed = first.replace('2026', '2025');
      const { code, stderr } = await leftfold(['import', '--data', target], {
        stdin: [changed, ...rest].join('\n'),
      });
      expect(code).toBe(4);
      expect(stderr).toMatch(/^leftfold import: line \d+: /);
      expect(await headIn(target)).toBe(lines.length);
    });

    it('exits with 130 when interrupted, with the commits that it had read recorded', async () => {
      const target = inFolder('interrupted-import');
      const { process: child, ended } = start(['import', '--data', target]);
      child.stdin?.write(firstLines(12_000).join('\n'));
      await until(async () => (await headIn(target)) > 0);
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      expect([code, stdout]).toEqual([130, '']);
      expect(stderr).toMatch(
        /^leftfold import: interrupted; the same command goes on after what is recorded\n$/m,
      );
      expect(await printed(['import', inFolder('whole.ndjson'), '--data', target])).toBe(line);
    });

    it('compares the result with an expected hash', async () => {
      const words = ['import', '--data', inFolder('expected')];
      const stdin = firstLines(20).join('\n');
      const [, hash = ''] = (await printed(words, { stdin })).trim().split(' ');
      expect(await leftfold([...words, '--expect', hash], { stdin })).toMatchObject({ code: 0 });
      expect(await leftfold([...words, '--expect', '0'.repeat(64)], { stdin })).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining(`has the hash ${hash} at position`) as string,
      });
    });

    it('creates an empty log from empty input', async () => {
      expect(await printed(['import', '--data', inFolder('nothing')])).toBe(`0 ${'0'.repeat(64)}\n`);
    });

    it.each([
      ['import of a folder', 'import', '.', /is a folder; name a file$/m],
      ['import below a file', 'import', 'file/log', /is a file where a folder is needed; name another path/],
      ['backup below a file', 'backup', 'file/copy', /is a file where a folder is needed; name another path/],
      [
        'export to below a file',
        'export -o',
        'file/log',
        /is a file where a folder is needed; name another path/,
      ],
      ['export into a folder that is missing', 'export -o', 'no/log', /there is no .*; name one that exists/],
    ])('says what would be right at an %s', async (_, command, below, said) => {
      const wrong = inFolder('wrong');
      mkdirSync(wrong, { recursive: true });
      writeFileSync(join(wrong, 'file'), '');
      const to = command === 'import' ? inFolder('none') : data;
      const { code, stderr } = await leftfold([...command.split(' '), join(wrong, below), '--data', to]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
      expect(stderr).not.toMatch(/ENO|EIS/);
    });

    it('reports a missing file in one line', async () => {
      const { code, stderr } = await leftfold(['import', inFolder('nowhere'), '--data', inFolder('none')]);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^leftfold import: there is no .*; name one that exists\n$/),
      ]);
      expect(existsSync(inFolder('none'))).toBe(false);
    });
  });
});
