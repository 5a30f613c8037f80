/** An application with a log on the disk, in a test: its log is in memory by one line. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  EventLog,
  EventStore,
  LeftfoldModule,
  MemoryStore,
  ProjectionHost,
} from '../../src/runtime/index.js';
import { add, amountAdded, totalOf } from '../support/amounts.js';
import { until } from '../support/api.js';
import { TemporaryFolder } from '../support/server.js';

const folder = new TemporaryFolder();
const data = join(folder.path, 'data');

@Module({
  imports: [
    LeftfoldModule.forRoot({ store: `lmdb:${data}/log`, snapshots: { folder: data, seconds: 1 } }),
    LeftfoldModule.forFeature({ contracts: [amountAdded], projections: [totalOf('total')] }),
  ],
})
class AppModule {}

describe('an application in a test', () => {
  afterAll(() => {
    folder.remove();
  });

  it('has its log in memory by one line, and leaves the disk alone', async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(EventStore)
      .useClass(MemoryStore)
      .compile();
    await module.init();
    await add(module.get(EventLog), 2, 3);
    await until(() => module.get(ProjectionHost).find('total')?.position === 2);
    expect(module.get(ProjectionHost).find('total')?.view()).toMatchObject({ total: 5 });
    await module.close();
    expect(existsSync(data)).toBe(false);
  });
});
