/** What `docs/lists.md` says and shows is what happens. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module } from '@nestjs/common';
import { createHttpApplication } from '../../src/apps/http-application.js';
import Database from 'libsql';
import { LeftfoldModule } from '../../src/runtime/index.js';
import { asShown, blocksOf, stepsOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';
import { TasksModule } from './lists/tasks.js';

const ROOT = join(import.meta.dirname, '..', '..');
const GUIDE = 'docs/lists.md';
const STEPS = 11;

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

@Module({})
class App {}

describe('the guide to lists', () => {
  let app: NestFastifyApplication;
  const folder = new TemporaryFolder();

  beforeAll(async () => {
    const runtime = LeftfoldModule.forRoot({
      store: `lmdb:${join(folder.path, 'log')}`,
      snapshots: { folder: folder.path },
      http: { events: true },
    });
    app = await createHttpApplication(
      { module: App, imports: [runtime, TasksModule] },
      { title: 'Tasks', description: 'The guide.', version: '0.0.0', jsonTypes: [], logger: silent },
    );
    await app.listen(0, '127.0.0.1');
  });

  afterAll(async () => {
    await app.close();
    folder.remove();
  });

  it('defines what its test defines, and ends what the tests of orders end', () => {
    const examples = blocksOf(GUIDE).filter(({ language }) => language === 'ts');
    const run = ['test/guides/lists/tasks.ts', 'test/guides/lists/tasks.ts', 'test/support/app/orders.ts'];
    expect(examples).toHaveLength(run.length);
    for (const [index, file] of run.entries())
      expect(readFileSync(join(ROOT, file), 'utf8')).toContain(examples[index]?.text);
  });

  it('shows what its commands do', async () => {
    const shown = blocksOf(GUIDE)
      .filter(({ language }) => language === 'console')
      .flatMap(stepsOf);
    expect(shown).toHaveLength(STEPS);
    const host = (await app.getUrl()).slice('http://'.length);
    for (const { command, shows } of shown) {
      const text = command.replaceAll('localhost:3000', host);
      const { stdout } = await promisify(execFile)('bash', ['-c', text]);
      expect({ command, output: stdout.trimEnd() }).toEqual({
        command,
        output: expect.stringMatching(asShown(shows)) as unknown,
      });
    }
  });

  it('reads with SQL what its comments show', () => {
    const database = new Database(join(folder.path, 'projections', 'tasks', 'entities-1.db'));
    const queries = blocksOf(GUIDE).filter(({ language }) => language === 'sql');
    expect(queries).toHaveLength(1);
    for (const { text } of queries) {
      const lines = text.trimEnd().split('\n');
      const sql = lines.filter((line) => !line.startsWith('--')).join('\n');
      const rows = database.prepare(sql).all() as object[];
      const shown = lines.filter((line) => line.startsWith('-- '));
      expect(rows.map((row) => `-- ${Object.values(row).join('|')}`)).toEqual(shown);
    }
    database.close();
  });
});
