/** What `docs/read-models.md` says and shows is what happens. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { LeftfoldModule, MemoryStore } from '../../src/runtime/index.js';
import { PROJECT, asShown, blocksOf, stepsOf } from '../support/readme.js';
import { ShopModule } from '../support/app/shop.js';

const GUIDE = 'docs/read-models.md';
const STEPS = 4;

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

@Module({})
class App {}

describe('the guide to read models', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const runtime = LeftfoldModule.forRoot({ store: new MemoryStore(), http: { events: true } });
    app = await createHttpApplication(
      { module: App, imports: [runtime, ShopModule] },
      { title: 'Shop', description: 'The guide.', version: '0.0.0', jsonTypes: [], logger: silent },
    );
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());

  it('defines what its test defines', () => {
    const code = readFileSync(join(PROJECT, 'test/support/app/shop.ts'), 'utf8');
    const examples = blocksOf(GUIDE).filter(({ language }) => language === 'ts');
    expect(examples).toHaveLength(2);
    for (const { text } of examples) expect(code).toContain(text);
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
});
