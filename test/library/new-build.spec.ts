/** A new build of a program whose machines look the same and fold otherwise. */
import { ConsoleLogger } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { Test, type TestingModule } from '@nestjs/testing';
import { assign, setup } from 'xstate';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { position } from '../../src/runtime/event-log/event.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import {
  defineProjection,
  type ProjectionDefinition,
} from '../../src/runtime/projection/define-projection.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import type { Projection } from '../../src/runtime/projection/projection.js';
import { rebuildStoreIn, snapshotStoreIn } from '../../src/runtime/projection/snapshots/snapshot-folders.js';
import { isUnreadable } from '../../src/runtime/projection/snapshots/snapshot-store.js';
import { add, amountAdded } from '../support/amounts.js';
import { until } from '../support/api.js';
import { TemporaryFolder } from '../support/server.js';

/** A constant of the module, which no fingerprint sees. */
let LIMIT = 5;

function small(): ProjectionDefinition {
  const machine = setup({
    types: { context: {} as { readonly total: number }, events: {} as RecordedOf<typeof amountAdded> },
    guards: { isSmall: ({ event }) => event.data.amount <= LIMIT },
    actions: { add: assign({ total: ({ context, event }) => context.total + event.data.amount }) },
  }).createMachine({
    id: 'small',
    context: { total: 0 },
    on: { 'amount.added': { guard: 'isSmall', actions: 'add' } },
  });
  return defineProjection({
    name: 'small',
    machine,
    consumes: [amountAdded],
    view: ({ context }) => ({ total: context.total }),
  });
}

interface Started {
  readonly module: TestingModule;
  readonly projection: Projection;
  readonly signals: string[];
  /** Of each rebuild, whether it led to the state that was there. */
  readonly rebuilds: boolean[];
  /** `warn small: …` */
  readonly logged: string[];
}

async function start(folder: string, build: string | undefined): Promise<Started> {
  const logged: string[] = [];
  const logger = new ConsoleLogger({ logLevels: [] });
  for (const level of ['log', 'warn', 'error'] as const)
    logger[level] = (line: unknown) => {
      logged.push(`${level} ${String(line)}`);
    };
  const module = await Test.createTestingModule({
    imports: [
      EventEmitterModule.forRoot({ wildcard: true }),
      LeftfoldModule.forRoot({
        store: `lmdb:${folder}/log`,
        snapshots: { folder },
        ...(build !== undefined && { build }),
      }),
      LeftfoldModule.forFeature({ contracts: [amountAdded], projections: [small()] }),
    ],
  })
    .setLogger(logger)
    .compile();
  const signals: string[] = [];
  const rebuilds: boolean[] = [];
  module.get(EventEmitter2).onAny((name) => signals.push(String(name)));
  module.get(EventEmitter2).on('projection.rebuilt', ({ equal }: { equal: boolean }) => rebuilds.push(equal));
  module.enableShutdownHooks();
  await module.init();
  const projection = module.get(ProjectionHost).find('small');
  if (projection === undefined) throw new Error('there is no projection');
  await projection.settled;
  return { module, projection, signals, rebuilds, logged };
}

const totalOf = ({ projection }: Started): unknown => projection.view()['total'];

describe('a state that another build of the program has folded', () => {
  const folder = new TemporaryFolder();

  beforeEach(async () => {
    LIMIT = 5;
    const first = await start(folder.path, 'one');
    if (first.projection.position === 0) {
      await add(first.module.get(EventLog), 3, 10, 20);
      await first.projection.reached(position(3), AbortSignal.timeout(10_000));
    } else await until(() => totalOf(first) === 3); // rebuilt for this build
    expect(totalOf(first)).toBe(3);
    await first.module.close();
  });

  afterAll(() => {
    folder.remove();
  });

  it('is used at once, found to drift, and rebuilt', async () => {
    LIMIT = 15;
    const second = await start(folder.path, 'two');
    expect(second.projection.restoredFrom).toBe(3);
    await until(() => second.signals.includes('projection.rebuilt'));
    expect(second.signals).toContain('projection.drifted');
    expect(totalOf(second)).toBe(13);
    await second.module.close();
    const third = await start(folder.path, 'two');
    expect(totalOf(third)).toBe(13);
    await third.module.close();
    expect(third.signals).not.toContain('projection.audited');
  });

  it('is said to drift and to be rebuilt, which is no error', async () => {
    LIMIT = 15;
    const { module, logged } = await start(folder.path, 'two');
    await until(() => logged.some((line) => line.includes('rebuilt up to 3')));
    await module.close();
    const said = logged.filter((line) => / small: (?!folded)/.test(line));
    expect(said.map((line) => line.replace(/\d+ ms/, '… ms'))).toEqual([
      'log small: another build of the program has folded its state; it is used, and audited now',
      'warn small: its snapshot at 3 is not what the log folds to; up to 0 it was',
      'warn small: this build folds the log to another state; it is rebuilt',
      'log small: rebuilt up to 3, to another state, in … ms',
    ]);
  });

  it('of an unfinished rebuild is not gone on with', async () => {
    const unfinished = rebuildStoreIn(folder.path, 'small');
    for await (const found of snapshotStoreIn(folder.path, 'small').newestFirst())
      if (!isUnreadable(found)) await unfinished.save(found);
    await unfinished.noteAudited?.('one');
    LIMIT = 15;
    const second = await start(folder.path, 'two');
    await until(() => second.rebuilds.length > 0);
    await second.module.close();
    expect(second.rebuilds[0]).toBe(false);
    expect(totalOf(second)).toBe(13);
  });

  it('is audited once when it does not drift', async () => {
    const second = await start(folder.path, 'two');
    await until(() => second.signals.includes('projection.audited'));
    expect(second.signals).not.toContain('projection.drifted');
    expect(totalOf(second)).toBe(3);
    await second.module.close();
    expect(second.logged).toContain('log small: audited; this build folds the log to the same state');
    const third = await start(folder.path, 'two');
    await third.module.close();
    expect(third.signals).not.toContain('projection.audited');
  });

  it('of the same build is not audited', async () => {
    const second = await start(folder.path, 'one');
    await second.module.close();
    expect(second.signals).not.toContain('projection.audited');
  });
});

it.each(['', 'a b', 'x'.repeat(201), 7 as unknown as string])('%j names no build', async (build) => {
  await expect(start('/nowhere', build)).rejects.toThrow('build: must be a text without spaces');
});
