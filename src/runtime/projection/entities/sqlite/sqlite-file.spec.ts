/** A database file that is damaged is not used, and one that is left is whole. */
import { copyFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { added, opened, orderContracts, orders } from '../../../../../test/support/app/orders.js';
import { runEntities, type RunningEntities } from '../../../../../test/support/running-entities.js';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { EventLog } from '../../../event-log/event-log.js';
import { MemoryStore } from '../../../stores/memory.store.js';
import type { EntityProjectionDefinition } from '../define-entity-projection.js';

describe('the file of an entity projection', () => {
  let log: EventLog;
  let folder: TemporaryFolder;
  const running: RunningEntities<unknown>[] = [];

  beforeEach(() => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    folder = new TemporaryFolder();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ projection }) => projection.stop()));
    await log.close();
    folder.remove();
  });

  function run<Context>(definition: EntityProjectionDefinition<Context>): RunningEntities<Context> {
    const started = runEntities(definition, log, folder.path);
    running.push(started);
    return started;
  }

  const databases = (): readonly string[] => readdirSync(folder.path).filter((name) => name.endsWith('.db'));

  async function keptBy(definition: typeof orders): Promise<string> {
    await log.append([opened('a'), added('a', 5), opened('b')]);
    const first = runEntities(definition, log, folder.path);
    await first.caughtUp();
    await first.projection.stop();
    // A copy: a connection that was closed in this process keeps its file until it is collected.
    const copy = new TemporaryFolder();
    const file = join(copy.path, databases()[0] ?? '');
    copyFileSync(join(folder.path, databases()[0] ?? ''), file);
    folder.remove();
    folder = copy;
    return file;
  }

  it('is alone after a start, whatever an earlier process has left of others', async () => {
    const file = await keptBy(orders);
    for (const left of ['entities-7.db', 'entities-8.db-wal', 'entities-9.db-journal'])
      writeFileSync(join(folder.path, left), 'x'.repeat(5000));
    await run(orders).caughtUp();
    expect(readdirSync(folder.path).filter((name) => !name.includes('entities-1.db-'))).toEqual([
      basename(file),
    ]);
  });

  it('says in a sentence that its folder cannot be used', async () => {
    const file = join(folder.path, 'orders');
    writeFileSync(file, '');
    const started = runEntities(orders, log, file);
    running.push(started);
    await started.is('faulted');
    expect(started.told.faults[0]?.message).toContain(
      `${file}, or a part of it, is a file where a folder is needed; name another path`,
    );
  });

  it.each([
    [
      'overwritten',
      (file: string) => {
        writeFileSync(file, Buffer.alloc(20_000, 7));
      },
    ],
    [
      'cut off',
      (file: string) => {
        truncateSync(file, Math.floor(statSync(file).size / 2));
      },
    ],
    [
      'empty',
      (file: string) => {
        truncateSync(file, 0);
      },
    ],
    [
      'a text',
      (file: string) => {
        writeFileSync(file, 'nothing of the kind\n');
      },
    ],
  ])('is folded anew when the file is %s', async (_, damage) => {
    const file = await keptBy(orders);
    damage(file);
    const second = run(orders);
    await second.caughtUp();
    expect(await second.view('a')).toMatchObject({ total: '5' });
    expect(second.projection.count).toEqual({ entities: 2, faulted: 0 });
    expect(second.told.recovered).toMatchObject([{ restoredFrom: 0, position: 3 }]);
  });

  it('says why a damaged file is not used', async () => {
    const file = await keptBy(orders);
    writeFileSync(file, Buffer.alloc(20_000, 7));
    const second = run(orders);
    await second.caughtUp();
    expect(second.told.unusable).toEqual([
      expect.stringMatching(/entities-1\.db cannot be used \(.*not a database/),
    ]);
  });

  it('is whole in its file after a stop, also when a list was asked for', async () => {
    const first = run(orders);
    await log.append(Array.from({ length: 150 }, (_, index) => opened(`k${index}`)));
    await first.caughtUp();
    await first.projection.list({ filters: [], sort: [], limit: 149 });
    await first.projection.stop();
    const besides = readdirSync(folder.path).filter((name) => name.endsWith('-wal'));
    expect(besides.map((name) => statSync(join(folder.path, name)).size)).toEqual(besides.map(() => 0));
  });
});
