/** `forRoot` and `forRootAsync`: where options come from, and what is refused. */
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
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

const total = totalOf('total');
const feature = LeftfoldModule.forFeature({ contracts: [amountAdded], projections: [total] });

describe('options that are injected', () => {
  const folder = new TemporaryFolder();
  afterAll(() => {
    folder.remove();
  });

  it('open the store and the snapshots that the configuration names', async () => {
    const settings = { LOG: `lmdb:${folder.path}/log`, DATA: folder.path };
    const open = async (): Promise<EventLog & { readonly end: () => Promise<void> }> => {
      const root = LeftfoldModule.forRootAsync({
        imports: [ConfigModule],
        inject: [ConfigService],
        useFactory: (config: ConfigService) => ({
          store: config.getOrThrow<string>('LOG'),
          snapshots: { folder: config.getOrThrow<string>('DATA') },
        }),
        http: { events: true },
      });
      const config = ConfigModule.forRoot({ ignoreEnvFile: true, isGlobal: true, load: [() => settings] });
      const module = await Test.createTestingModule({ imports: [config, root, feature] }).compile();
      await module.init();
      await until(() => module.get(ProjectionHost).find('total')?.status === 'following');
      return Object.assign(module.get(EventLog), { end: () => module.close() });
    };
    const first = await open();
    await add(first, 2, 3);
    await first.end();
    const second = await open();
    expect(await second.head()).toBe(2);
    await second.end();
  });
});

describe('options of a store', () => {
  const opening = (options: Parameters<typeof LeftfoldModule.forRoot>[0]): Promise<unknown> =>
    Test.createTestingModule({ imports: [LeftfoldModule.forRoot(options), feature] }).compile();

  it('may be an open one', async () => {
    const store = new MemoryStore();
    const module = await Test.createTestingModule({
      imports: [LeftfoldModule.forRoot({ store }), feature],
    }).compile();
    expect(module.get(EventStore)).toBe(store);
    await module.close();
  });

  it('may be a URL of a driver of one’s own', async () => {
    const store = new MemoryStore();
    const drivers = [{ protocols: ['shelf:'], open: () => Promise.resolve(store) }];
    const root = LeftfoldModule.forRoot({ store: 'shelf:3', drivers });
    const module = await Test.createTestingModule({ imports: [root, feature] }).compile();
    expect(module.get(EventStore)).toBe(store);
    await module.close();
  });

  it('are refused when no driver has the URL, with those that there are', async () => {
    await expect(opening({ store: 'mysql://user:secret@host/db' })).rejects.toThrow(
      /memory:.*lmdb:.*postgres:/,
    );
    await expect(opening({ store: 'mysql://user:secret@host/db' })).rejects.not.toThrow(/secret/);
    await expect(opening({ store: './data' })).rejects.toThrow(/lmdb:/);
  });

  it('are refused with workers that could not open it again', async () => {
    const workers = { contexts: 'file:///contexts.js' };
    await expect(opening({ store: 'lmdb:/nowhere/log', workers })).rejects.toThrow(/folder/);
  });
});

describe('an application without EventEmitterModule', () => {
  it('runs, and signals go nowhere', async () => {
    @Module({ imports: [LeftfoldModule.forRoot({ store: 'memory:' }), feature] })
    class AppModule {}
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await module.init();
    await add(module.get(EventLog), 5);
    await until(() => module.get(ProjectionHost).find('total')?.position === 1);
    await module.close();
  });
});
