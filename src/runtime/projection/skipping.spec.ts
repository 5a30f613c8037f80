/** What a projection passes over, as the log says. */
import { add, amountsLog } from '../../../test/support/amounts.js';
import { position, tag } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import {
  eventSkipped,
  fingerprintWithout,
  machineIn,
  recordSkip,
  skipContracts,
  skippedBy,
} from './skipping.js';

const reason = 'a slip';

function logOfFive(): EventLog {
  const log = amountsLog();
  log.contracts.register(skipContracts);
  return log;
}

const skip = (
  projection: string,
  at: number,
): { projection: string; position: ReturnType<typeof position>; reason: string } => ({
  projection,
  position: position(at),
  reason,
});

describe('a skip', () => {
  it('is an event about the projection', async () => {
    const log = logOfFive();
    await add(log, 1, 2, 3);
    const { first } = await recordSkip(log, skip('total', 2), { metadata: { correlationId: 'c' } });
    expect(await log.at(first)).toMatchObject({
      position: 4,
      type: 'leftfold.event-skipped',
      tags: ['projection:total'],
      data: { projection: 'total', position: 2, reason },
      metadata: { correlationId: 'c' },
    });
  });

  it('is recorded once, whoever asks and why', async () => {
    const log = logOfFive();
    await add(log, 1);
    const skips = [reason, 'another reason', reason].map((each) =>
      recordSkip(log, { ...skip('total', 1), reason: each }),
    );
    const commits = await Promise.all(skips);
    expect(commits.map(({ first }) => first)).toEqual([2, 2, 2]);
    expect(await log.head()).toBe(2);
  });

  it('concerns its own projection, and no other', async () => {
    const log = logOfFive();
    await add(log, 1, 2, 3);
    await recordSkip(log, skip('total', 2));
    await recordSkip(log, skip('total', 1));
    await recordSkip(log, skip('other', 3));
    expect([...(await skippedBy(log, 'total'))].sort()).toEqual([1, 2]);
    expect([...(await skippedBy(log, 'tot'))]).toEqual([]);
  });

  it.each([
    ['of itself', { projection: 'total', position: 2, reason }, 'projection:total'],
    ['of what comes after it', { projection: 'total', position: 9, reason }, 'projection:total'],
    [
      'that is tagged for another projection',
      { projection: 'total', position: 1, reason },
      'projection:other',
    ],
    ['that names another projection', { projection: 'other', position: 1, reason }, 'projection:total'],
  ])('means nothing: one %s', async (_what, data, tagged) => {
    const log = logOfFive();
    await add(log, 1);
    await log.appendAsRuntime([eventSkipped.create(data, [tag(tagged)])]);
    expect([...(await skippedBy(log, 'total'))]).toEqual([]);
  });
});

describe('the fingerprint of what was folded', () => {
  const skipped = new Set([7, 17].map(position));
  const through = (at: number, skips: ReadonlySet<ReturnType<typeof position>> = skipped): string =>
    fingerprintWithout(skips, position(at), 'machine/lineage');

  it('is the machine’s as long as nothing was skipped', () => {
    expect(through(6)).toBe('machine/lineage');
    expect(through(100, new Set())).toBe('machine/lineage');
  });

  it('tells which skips stand up to there, in whatever order they are known', () => {
    expect(through(7)).toBe(through(16));
    expect(through(17)).toBe(through(99, new Set([17, 7].map(position))));
    expect(new Set([through(6), through(7), through(17), through(17, new Set([position(17)]))]).size).toBe(4);
  });

  it('has the machine’s in it', () => {
    expect([through(6), through(17)].map(machineIn)).toEqual(['machine/lineage', 'machine/lineage']);
  });
});
