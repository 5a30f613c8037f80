import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { Test } from '@nestjs/testing';
import { add, amountsLog, totalOf, type TotalContext } from '../../test/support/amounts.js';
import { RememberedSnapshots } from '../../test/support/remembered-snapshots.js';
import { EventLog } from './event-log/event-log.js';
import { position } from './event-log/event.js';
import { MemoryStore } from './stores/memory.store.js';
import { ProjectionHost } from './projection/projection-host.js';
import { InjectProjection } from './projection/inject-projection.js';
import { LeftfoldModule } from './leftfold.module.js';
import { Projection } from './projection/projection.js';

const total = totalOf('total');
const other = totalOf('other');

@Injectable()
class Reader {
  constructor(
    @InjectProjection(total) readonly total: Projection<TotalContext>,
    @InjectProjection(other) readonly other: Projection<TotalContext>,
  ) {}
}

@Module({
  imports: [
    LeftfoldModule.forFeature({ projections: [total], http: true }),
    LeftfoldModule.forFeature({ projections: [other], http: true }),
  ],
  providers: [Reader],
})
class TotalModule {}

interface Started {
  readonly app: INestApplicationContext;
  readonly stores: ReadonlyMap<string, RememberedSnapshots>;
}

/** An application over a log that holds 2 and 3 already. */
async function started(): Promise<Started> {
  const store = new MemoryStore();
  await add(amountsLog(store), 2, 3);
  const stores = new Map<string, RememberedSnapshots>();
  const storeOf = (projection: string): RememberedSnapshots => {
    const snapshots = new RememberedSnapshots();
    stores.set(projection, snapshots);
    return snapshots;
  };
  const app = await Test.createTestingModule({
    imports: [
      EventEmitterModule.forRoot({ wildcard: true }),
      LeftfoldModule.forRoot({ store, snapshots: { storeOf } }),
      TotalModule,
    ],
  }).compile();
  await app.init();
  return { app, stores };
}

describe('projections in an application', () => {
  it('are injected by their definition, and follow the log of the application', async () => {
    const { app } = await started();
    const reader = app.get(Reader);
    await add(app.get(EventLog), 5);
    await reader.total.reached(position(3), AbortSignal.timeout(10_000));
    expect(reader.total.view()).toMatchObject({ total: 10, count: 3 });
    await app.close();
  });

  it('are apart from each other, and all known to the host', async () => {
    const { app, stores } = await started();
    const reader = app.get(Reader);
    expect(app.get(ProjectionHost).projections).toEqual([reader.total, reader.other]);
    expect([...stores.keys()]).toEqual(['total', 'other']);
    await app.close();
  });

  it('keep a last snapshot when the application ends', async () => {
    const { app, stores } = await started();
    await app.get(Reader).total.reached(position(2), AbortSignal.timeout(10_000));
    await app.close();
    expect(stores.get('total')?.kept).toEqual([
      expect.objectContaining({
        position: 2,
        state: { value: 'totalling', context: { total: 5, count: 2 } },
      }),
    ]);
  });

  it('are refused when two of one feature have one name', () => {
    const twice = [totalOf('total'), totalOf('total')];
    expect(() => LeftfoldModule.forFeature({ projections: twice })).toThrow(
      'there are two projections named total',
    );
  });
});
