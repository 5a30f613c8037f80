/** `forRoot` and `forRootAsync`: where options come from, and what is refused. */
import { readdirSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import {
  EventLog,
  EventStore,
  LeftfoldModule,
  MemoryStore,
  NoSnapshots,
  ProjectionHost,
  commitId,
  defineEvent,
  type LeftfoldOptions,
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

  describe('that do not fit together', () => {
    const folder = new TemporaryFolder();
    const store = `lmdb:${folder.path}/log`;
    const workers = { contexts: 'file:///contexts.js' };
    const storeOf = (): NoSnapshots => new NoSnapshots();
    afterAll(() => {
      folder.remove();
    });

    it.each<readonly [what: string, options: LeftfoldOptions, reason: RegExp]>([
      ['workers without a folder of snapshots', { store, workers }, /^workers: .*folder/],
      [
        'workers without the URL of a store',
        {
          store: Object.create(EventStore.prototype) as EventStore,
          workers,
          snapshots: { folder: folder.path },
        },
        /^workers: .*URL/,
      ],
      ['workers with storeOf', { store, workers, snapshots: { storeOf } }, /^workers: .*storeOf/],
      [
        'a folder with storeOf',
        { store, snapshots: { storeOf, folder: folder.path } },
        /^snapshots: .*folder or storeOf/,
      ],
    ])('are refused before a log is opened: %s', async (_what, options, reason) => {
      await expect(opening(options)).rejects.toThrow(reason);
      expect(readdirSync(folder.path)).toEqual([]);
    });
  });

  describe('of an application that cannot be put together', () => {
    const folder = new TemporaryFolder();
    const store = `lmdb:${folder.path}/log`;
    afterAll(() => {
      folder.remove();
    });

    const again = LeftfoldModule.forFeature({ projections: [totalOf('total')] });
    const otherContract = defineEvent({ type: amountAdded.type, schema: z.int(), examples: [{ data: 1 }] });

    it.each([
      ['two projections have one name', again],
      ['two contracts have one type', LeftfoldModule.forFeature({ contracts: [otherContract] })],
    ])('can be opened by the next attempt: %s', async (_what, wrong) => {
      const root = LeftfoldModule.forRoot({ store });
      const failing = Test.createTestingModule({ imports: [root, feature, wrong] });
      await expect(failing.compile()).rejects.toThrow(/total|amount/);
      const module = await Test.createTestingModule({ imports: [root, feature] }).compile();
      expect(await module.get(EventLog).head()).toBe(0);
      await module.close();
    });

    it('stay open if they were given open', async () => {
      const given = new MemoryStore();
      const failing = Test.createTestingModule({
        imports: [LeftfoldModule.forRoot({ store: given }), feature, again],
      });
      await expect(failing.compile()).rejects.toThrow(/total/);
      await expect(given.find(commitId('a'))).resolves.toBeUndefined();
    });
  });
});

describe('options that cannot work', () => {
  const opening = (options: object): Promise<unknown> =>
    Test.createTestingModule({
      imports: [LeftfoldModule.forRoot(options as Parameters<typeof LeftfoldModule.forRoot>[0])],
    }).compile();

  it.each([undefined, null, 5, {}, '', new URL('lmdb:./data/log'), MemoryStore])(
    'are refused with the store %p',
    async (store) => {
      await expect(opening({ store })).rejects.toThrow(/^store: must be the URL of a store/);
    },
  );

  it('are refused with a driver that gives no store', async () => {
    const drivers = [{ protocols: ['shelf:'], open: () => Promise.resolve(undefined) }];
    await expect(opening({ store: 'shelf:3', drivers })).rejects.toThrow(/^store: must be/);
  });

  it.each([
    [{ auditMinutes: 43_200 }, /^auditMinutes: must be at most 20160/],
    [{ auditMinutes: Infinity }, /^auditMinutes: must be/],
    [{ entities: { postgres: 'lmdb:data' } }, /^entities\.postgres: must be the URL of a database/],
    [{ entities: { postgres: false, prefix: '1 x' } }, /^entities\.prefix: must have up to 31 of/],
    [{ snapshots: { seconds: 1e7 } }, /^seconds: must be at most 86400/],
    [{ snapshots: { every: 0 } }, /^every: must be at least 1/],
    [{ snapshots: { spacing: NaN } }, /^spacing: must be/],
    [{ snapshots: { bytes: -1 } }, /^bytes: must be at least 1/],
    [{ snapshots: { every: '5' } }, /^every: must be a whole number/],
  ])('are refused with %p', async (options, message) => {
    await expect(opening({ store: 'memory:', ...options })).rejects.toThrow(message);
  });

  it.each([':id', 'a b', 'ünï', '../x', '%41', 'a//b'])('are refused with the prefix %p', (prefix) => {
    expect(() => LeftfoldModule.forRoot({ store: 'memory:', http: { prefix, events: true } })).toThrow(
      /^http\.prefix: /,
    );
  });

  it('are refused twice in one application', async () => {
    const root = LeftfoldModule.forRoot({ store: 'memory:' });
    const other = LeftfoldModule.forRoot({ store: 'memory:' });
    await expect(Test.createTestingModule({ imports: [root, other] }).compile()).rejects.toThrow(
      'there are two LeftfoldModule.forRoot',
    );
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
