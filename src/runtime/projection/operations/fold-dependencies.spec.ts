/** The past of a projection that does not run in this process: from its snapshots, and without what it skips. */
import { add, amountsLog, totalOf } from '../../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../../test/support/remembered-snapshots.js';
import { position } from '../../event-log/event.js';
import type { ProjectionDefinition } from '../define-projection.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { eventSkipped, recordSkip } from '../skipping.js';
import { createPast, type FoldDependencies } from './fold-dependencies.js';

const total = totalOf('total') as ProjectionDefinition;

/** A log of 1, 2, 4, and no snapshots yet. */
async function given(): Promise<FoldDependencies & { readonly snapshots: RememberedSnapshots }> {
  const log = amountsLog();
  log.contracts.register([eventSkipped]);
  await add(log, 1, 2, 4);
  const [snapshots, shadows] = [new RememberedSnapshots(), new RememberedSnapshots()];
  return { log, definition: total, snapshots, rebuildSnapshots: shadows };
}

const theLast = new Set([position(3)]);

describe('the past of a projection that does not run', () => {
  it('is what the log folds to', async () => {
    const past = await createPast(await given());
    const { is, wouldBe } = await past.whatIf(theLast, position(3));
    expect([is.state.context, wouldBe.state.context]).toEqual([
      { total: 7, count: 3 },
      { total: 3, count: 2 },
    ]);
  });

  it('leaves out the events that the projection skips', async () => {
    const ground = await given();
    await recordSkip(ground.log, { projection: 'total', position: position(1), reason: 'a slip' });
    await recordSkip(ground.log, { projection: 'other', position: position(2), reason: 'not ours' });
    const past = await createPast(ground);
    expect((await past.at(position(3))).state.context).toEqual({ total: 6, count: 2 });
  });

  it('begins from a snapshot of this log, this machine and these skips, and from no other', async () => {
    const ground = await given();
    const { log, snapshots } = ground;
    const machine = fingerprintIn(log.contracts, total);
    const hash = (await log.hashAt(position(2))) ?? '';
    const kept = { ...(await (await createPast(ground)).at(position(2))), log: log.identity, hash, machine };
    const begun = async (): Promise<number> => {
      const from: number[] = [];
      await (await createPast(ground)).at(position(3), { onPage: (_, began) => from.push(began) });
      return from[0] ?? NaN;
    };
    for (const other of [{ log: 'another' }, { machine: 'another' }, { hash: 'another' }]) {
      snapshots.kept.unshift({ ...kept, ...other });
      expect(await begun()).toBe(0);
    }
    snapshots.kept.unshift(kept);
    expect(await begun()).toBe(2);
    await recordSkip(log, { projection: 'total', position: position(1), reason: 'a slip' });
    expect(await begun()).toBe(0);
    expect(snapshots.kept).toHaveLength(4);
    expect(snapshots.asked).toBe(0);
  });
});
