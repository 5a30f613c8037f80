/** `app.close()`, which shutdown hooks call as well, ends the runtime in good order. */
import { Test } from '@nestjs/testing';
import { EventLog, LeftfoldModule, MemoryStore, ProjectionHost } from '../../src/runtime/index.js';
import { LogClosed } from '../../src/runtime/event-log/errors.js';
import { add, amountAdded, totalOf } from '../support/amounts.js';
import { until } from '../support/api.js';
import { RememberedSnapshots } from '../support/remembered-snapshots.js';

const order: string[] = [];

class TellingStore extends MemoryStore {
  override async close(): Promise<void> {
    await super.close();
    order.push('store closed');
  }
}

class TellingSnapshots extends RememberedSnapshots {
  override save(...given: Parameters<RememberedSnapshots['save']>): Promise<number> {
    order.push('snapshot saved');
    return super.save(...given);
  }
}

describe('closing an application', () => {
  it('records what was accepted, keeps a last snapshot, then closes the store', async () => {
    const store = new TellingStore();
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store, snapshots: { storeOf: () => new TellingSnapshots() } }),
        LeftfoldModule.forFeature({ contracts: [amountAdded], projections: [totalOf('total')] }),
      ],
    }).compile();
    module.enableShutdownHooks();
    await module.init();
    const log = module.get(EventLog);
    await add(log, 1);
    await until(() => module.get(ProjectionHost).find('total')?.position === 1);
    const accepted = Promise.all([add(log, 2), add(log, 3)]);
    await module.close();
    expect((await accepted).map(({ last }) => last)).toEqual([2, 3]);
    expect(order.at(-1)).toBe('store closed');
    expect(order).toContain('snapshot saved');
    await expect(add(log, 4)).rejects.toThrow(LogClosed);
  });
});
