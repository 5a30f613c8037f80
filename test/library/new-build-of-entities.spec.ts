/** A new build of a program whose entity projections look the same and fold otherwise. */
import { ConsoleLogger } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { Test, type TestingModule } from '@nestjs/testing';
import { assign, setup } from 'xstate';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import {
  defineEntityProjection,
  type EntityProjectionDefinition,
} from '../../src/runtime/projection/entities/define-entity-projection.js';
import type { EntityProjection } from '../../src/runtime/projection/entities/entity-projection.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { add, amountAdded } from '../support/amounts.js';
import { until } from '../support/api.js';
import { TemporaryFolder } from '../support/server.js';

/** A constant of the module, which no fingerprint sees. */
let LIMIT = 5;

/** One entity for each amount. */
function amounts(): EntityProjectionDefinition<{ readonly small: boolean }> {
  const machine = setup({
    types: { context: {} as { readonly small: boolean }, events: {} as RecordedOf<typeof amountAdded> },
    actions: { take: assign({ small: ({ event }) => event.data.amount <= LIMIT }) },
  }).createMachine({ id: 'amount', context: { small: false }, on: { 'amount.added': { actions: 'take' } } });
  return defineEntityProjection({
    name: 'amounts',
    machine,
    consumes: [amountAdded],
    key: ({ data }) => String(data.amount),
    view: ({ context }) => ({ small: context.small }),
  });
}

interface Started {
  readonly module: TestingModule;
  readonly projection: EntityProjection;
  readonly signals: string[];
  readonly logged: string[];
}

async function start(folder: string, build: string): Promise<Started> {
  const logged: string[] = [];
  const logger = new ConsoleLogger({ logLevels: [] });
  for (const level of ['log', 'warn', 'error'] as const)
    logger[level] = (line: unknown) => {
      logged.push(String(line));
    };
  const module = await Test.createTestingModule({
    imports: [
      EventEmitterModule.forRoot({ wildcard: true }),
      LeftfoldModule.forRoot({ store: `lmdb:${folder}/log`, snapshots: { folder }, build }),
      LeftfoldModule.forFeature({ contracts: [amountAdded], projections: [amounts()] }),
    ],
  })
    .setLogger(logger)
    .compile();
  const signals: string[] = [];
  module.get(EventEmitter2).onAny((name) => signals.push(String(name)));
  module.enableShutdownHooks();
  await module.init();
  const [projection] = module.get(ProjectionHost).entityProjections;
  if (projection === undefined) throw new Error('there is no projection');
  await projection.settled;
  return { module, projection, signals, logged };
}

const isSmall = async ({ projection }: Started, key: string): Promise<unknown> => {
  const found = await projection.find(key);
  return found && (JSON.parse(found.view) as { readonly small: boolean }).small;
};

describe('entities that another build of the program has folded', () => {
  let folder: TemporaryFolder;

  beforeEach(async () => {
    LIMIT = 5;
    folder = new TemporaryFolder();
    const first = await start(folder.path, 'one');
    await add(first.module.get(EventLog), 3, 10, 20);
    await until(() => first.projection.position === 3);
    await first.module.close();
    expect(first.signals).not.toContain('projection.audited');
  });

  afterEach(() => {
    folder.remove();
  });

  it('are used at once, found to drift, and rebuilt', async () => {
    LIMIT = 15;
    const second = await start(folder.path, 'two');
    expect(second.projection.restoredFrom).toBe(3);
    await until(() => second.signals.includes('projection.rebuilt'));
    expect(second.signals).toContain('projection.drifted');
    expect(second.logged).toContain('amounts: at 3 some of its entities are not what the log folds to: 10');
    expect(await isSmall(second, '10')).toBe(true);
    await second.module.close();
    const third = await start(folder.path, 'two');
    expect(await isSmall(third, '10')).toBe(true);
    await third.module.close();
    expect(third.signals).not.toContain('projection.audited');
  });

  it('are audited once when they do not drift', async () => {
    const second = await start(folder.path, 'two');
    await until(() => second.signals.includes('projection.audited'));
    await second.module.close();
    expect(second.signals).not.toContain('projection.drifted');
    const third = await start(folder.path, 'two');
    await third.module.close();
    expect(third.signals).not.toContain('projection.audited');
  });

  it('are not audited by the same build', async () => {
    const second = await start(folder.path, 'one');
    await second.module.close();
    expect(second.signals).not.toContain('projection.audited');
  });

  it('are audited again when the process ended before the audit did', async () => {
    LIMIT = 15;
    const second = await start(folder.path, 'two');
    await second.module.close();
    const third = await start(folder.path, 'two');
    await until(() => third.signals.includes('projection.rebuilt'));
    expect(await isSmall(third, '10')).toBe(true);
    await third.module.close();
  });
});
