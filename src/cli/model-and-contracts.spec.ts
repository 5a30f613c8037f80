/** `leftfold model` and `leftfold contracts check`, which read contexts and need no log. */
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '../../test/support/app/contexts.js';
import { dotFaults } from '../../test/support/dot.js';
import { flowchartFaults } from '../../test/support/mermaid-flowchart.js';
import { TemporaryFolder } from '../../test/support/server.js';
import { TestTerminal } from '../../test/support/terminal.js';
import { ContractRegistry } from '../runtime/event-log/contracts/contract-registry.js';
import { publishContracts } from '../runtime/event-log/contracts/publishing/publish-contracts.js';
import { contractsIn } from '../runtime/projection/module-definitions.js';
import { runProgram } from './program.js';

const CONTEXTS = join(import.meta.dirname, '..', '..', 'test', 'support', 'app', 'contexts.ts');
const FORGETFUL = join(import.meta.dirname, '..', '..', 'test', 'support', 'forgetful-contexts.ts');
const CONSUMER = join(import.meta.dirname, '..', '..', 'test', 'support', 'consumer-contexts.ts');
const folder = new TemporaryFolder();

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const terminal = new TestTerminal();
  const code = await runProgram([...args, '--contexts', CONTEXTS], '1.2.3', terminal);
  return { code, stdout: String(terminal.stdout.read() ?? ''), stderr: terminal.stderr.text };
}

afterAll(() => {
  folder.remove();
});

describe('leftfold model', () => {
  it('prints Mermaid, or DOT, or JSON', async () => {
    const mermaid = await run('model');
    expect([mermaid.code, mermaid.stderr, flowchartFaults(mermaid.stdout)]).toEqual([0, '', []]);
    const dot = await run('model', '--format', 'dot');
    expect([dot.code, dotFaults(dot.stdout)]).toEqual([0, []]);
    const json = await run('model', '--format', 'json');
    const { contexts: found } = JSON.parse(json.stdout) as {
      readonly contexts: readonly { readonly name: string }[];
    };
    expect(found.map(({ name }) => name)).toEqual(['Entries', 'Balance', 'Factor']);
  });

  it('writes a file in place of what it has', async () => {
    const file = join(folder.path, 'model.mmd');
    writeFileSync(file, 'old');
    const { code, stdout, stderr } = await run('model', '--output', file);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/model\.mmd: 3 contexts, \d+ events\n$/);
    expect(flowchartFaults(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('prints nothing with --check where nothing is forgotten', async () => {
    expect(await run('model', '--check')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('fails with --check, and names each event that is forgotten', async () => {
    const terminal = new TestTerminal();
    const code = await runProgram(['model', '--check', '--contexts', FORGETFUL], '1.2.3', terminal);
    expect(String(terminal.stdout.read()).trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^thing\.forgotten: nobody records it; /),
      expect.stringMatching(/^thing\.forgotten: nobody consumes it; /),
      expect.stringMatching(/^thing\.forgotten: its contract has no examples; /),
    ]);
    expect([code, terminal.stderr.text]).toEqual([1, 'leftfold model: 3 faults in the model\n']);
  });

  it('refuses another format', async () => {
    const { code, stderr } = await run('model', '--format', 'svg');
    expect(code).toBe(2);
    expect(stderr).toContain('Allowed choices are mermaid, dot, json.');
  });

  it('fails where the file cannot be written', async () => {
    const { code, stderr } = await run('model', '--output', join(folder.path, 'missing', 'model.mmd'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^leftfold model: .*missing/);
  });
});

describe('leftfold contracts publish', () => {
  const published = join(folder.path, 'own');

  it('writes what is new, and then nothing', async () => {
    const { code, stdout, stderr } = await run('contracts', 'publish', published);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd().split('\n')).toEqual(
      ['entry.recorded', 'entry.retracted'].flatMap((type) => [
        `wrote ${join(published, type, '1.schema.json')}`,
        `wrote ${join(published, type, '1.examples.json')}`,
      ]),
    );
    expect(await run('contracts', 'publish', published)).toEqual({
      code: 0,
      stdout: '',
      stderr: `${published} has all contracts already\n`,
    });
    expect((await run('contracts', 'check', published)).code).toBe(0);
  });

  it('leaves out what the contexts only consume, and says so where they name it', async () => {
    const place = join(folder.path, 'consumer');
    const terminal = new TestTerminal();
    const args = ['contracts', 'publish', place, '--contexts', CONSUMER];
    expect(await runProgram(args, '1.2.3', terminal)).toBe(0);
    expect(readdirSync(place).toSorted()).toEqual([
      'parcel.lost',
      'parcel.packed',
      'parcel.seen',
      'parcel.sent',
    ]);
    expect(terminal.stderr.text).toBe(
      'order.named is not published: it is consumed here, and nobody records it; name it in records of a command or of forFeature, if it is an event of your own\n',
    );
    cpSync(join(place, 'parcel.sent'), join(place, 'order.named'), { recursive: true });
    const again = new TestTerminal();
    expect(await runProgram(args, '1.2.3', again)).toBe(0);
    expect(again.stderr.text).toBe(`${place} has all contracts already\n`);
  });

  it('refuses what has changed in place, and leaves it', async () => {
    const file = join(published, 'entry.recorded', '1.schema.json');
    const tampered = readFileSync(file, 'utf8').replace('"string"', '"integer"');
    writeFileSync(file, tampered);
    const { code, stdout, stderr } = await run('contracts', 'publish', published);
    expect([code, stderr]).toEqual([1, 'leftfold contracts publish: 1 revision is not published\n']);
    expect(stdout).toMatch(/^entry\.recorded, revision 1: its schema is published and has changed at #/);
    expect(readFileSync(file, 'utf8')).toBe(tampered);
  });
});

describe('leftfold contracts check', () => {
  const published = join(folder.path, 'contracts');

  beforeAll(() => {
    const registry = new ContractRegistry();
    registry.register(contractsIn(contexts));
    publishContracts(registry, published);
  });

  it('says how many reliances are kept', async () => {
    const { code, stdout, stderr } = await run('contracts', 'check', published);
    expect([code, stdout, stderr]).toEqual([
      0,
      '',
      `${published} keeps what 6 reliances need, on 2 events\n`,
    ]);
  });

  it('prints each break with its consumer, and fails', async () => {
    const changed = join(folder.path, 'changed');
    mkdirSync(join(changed, 'entry.recorded'), { recursive: true });
    writeFileSync(
      join(changed, 'entry.recorded', '1.schema.json'),
      '{"type":"object","properties":{"value":{"type":"integer"}},"required":["value"],"additionalProperties":false}',
    );
    writeFileSync(join(changed, 'entry.recorded', '1.examples.json'), '[{"data":{"value":5}}]');
    const { code, stdout, stderr } = await run('contracts', 'check', changed, '--event', 'entry.recorded');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^entry\.recorded, revision 1, value: projection balance of context Balance relies on it, and in the code it is string, and was integer, .*\. Put the schema of revision 1 back, /,
      ),
    );
    expect(lines.some((line) => line.includes('decider entry of context Entries relies on it'))).toBe(true);
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe(
      'entry.recorded, revision 1: context Entries has changed its schema in place, at #/properties/value/type. What was recorded keeps its revision for ever: ' +
        'put the schema of revision 1 back, and add a revision with an upcaster, .revise({ schema, examples, upcast })',
    );
    expect(stderr).toBe(
      `leftfold contracts check: ${lines.length - 1} reliances are broken, and 1 schema has changed in place\n`,
    );
  });

  it('tells of a schema that takes more than the published one, too', async () => {
    const wider = join(folder.path, 'wider');
    cpSync(published, wider, { recursive: true });
    const file = join(wider, 'entry.recorded', '1.schema.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"type": "string"', '"type": "string", "maxLength": 9'));
    const { code, stdout, stderr } = await run('contracts', 'check', wider);
    expect(stdout).toMatch(
      /^entry\.recorded, revision 1: context Entries has changed its schema in place, at #\/properties\/value\/maxLength\. .*\n$/,
    );
    expect([code, stderr]).toEqual([1, 'leftfold contracts check: 1 schema has changed in place\n']);
    expect((await run('contracts', 'check', wider, '--event', 'entry.retracted')).code).toBe(0);
    writeFileSync(file, '<html>');
    const page = await run('contracts', 'check', wider);
    expect([page.code, page.stderr]).toEqual([1, expect.stringContaining('1.schema.json cannot be read: ')]);
  });

  it('refuses a place where nothing is, and an event that nobody relies on', async () => {
    const missing = await run('contracts', 'check', join(folder.path, 'missing'));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(
      /^leftfold contracts check: there is no folder .*missing; contracts are published by /,
    );
    const unknown = await run('contracts', 'check', published, '--event', 'entry.recoded');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toBe(
      'leftfold contracts check: --event: nobody relies on entry.recoded; these are relied on: entry.recorded, entry.retracted\n',
    );
  });

  it('shows its help without a subcommand', async () => {
    const terminal = new TestTerminal();
    expect(await runProgram(['contracts'], '1.2.3', terminal)).toBe(2);
    expect(terminal.stderr.text).toContain('check [options] [published]');
  });
});
