/** A projection as operators see it. */
import { add, amountsLog, totalOf, type TotalContext } from '../../../test/support/amounts.js';
import { parcelsOf } from '../../../test/support/parcel-consumers.js';
import { run } from '../../../test/support/running-projection.js';
import { commitId, position } from '../event-log/event.js';
import { EventLog } from '../event-log/event-log.js';
import { MemoryStore } from '../stores/memory.store.js';
import type { ProjectionDefinition } from './define-projection.js';
import { detailsOf, overviewOf } from './overview.js';
import type { Projection } from './projection.js';

const later = (milliseconds: number): Date => new Date(Date.now() + milliseconds);

/** A projection that stops at the only event that there is. */
async function stopped(): Promise<{ readonly projection: Projection<TotalContext>; readonly log: EventLog }> {
  const log = amountsLog();
  const { projection, faulted } = run(
    totalOf('total', () => true),
    log,
  );
  await add(log, 13);
  await faulted;
  return { projection, log };
}

describe('the lag of a projection', () => {
  it('is 0 when everything is folded, whatever the time', async () => {
    const log = amountsLog();
    await add(log, 1, 2);
    const { projection, recovered } = run(totalOf('total'), log);
    await recovered;
    expect((await overviewOf(projection, log, later(60_000))).lag).toEqual({ events: 0, seconds: 0 });
  });

  it('is the number of events to the head, and the age of the first of them', async () => {
    const times = ['2026-01-31T12:00:00Z', '2026-01-31T12:00:10Z', '2026-01-31T12:00:20Z'].map(
      (each) => new Date(each),
    );
    const log = new EventLog(new MemoryStore(), { now: () => times.shift() ?? new Date() });
    const { projection, faulted } = run(
      totalOf('total', (amount) => amount === 13),
      log,
    );
    await add(log, 1);
    await add(log, 13);
    await add(log, 2);
    await faulted;
    const { lag } = await overviewOf(projection, log, new Date('2026-01-31T12:01:00Z'));
    expect(lag).toEqual({ events: 2, seconds: 50 });
  });

  it('is never negative, when clocks differ', async () => {
    const { projection, log } = await stopped();
    expect((await overviewOf(projection, log, later(-60_000))).lag).toEqual({ events: 1, seconds: 0 });
  });

  it('is unknown in seconds before an event that cannot be read', async () => {
    const store = new MemoryStore();
    const log = new EventLog(store);
    const { projection, faulted } = run(parcelsOf('parcels'), log);
    await store.append({
      id: commitId('newer'),
      time: '2026-01-31T12:00:00.000Z',
      metadata: {},
      events: [{ type: 'parcel.sent', revision: 99, tags: [], data: {} }],
    });
    await faulted;
    const { lag, fault } = await overviewOf(projection, log);
    expect(lag).toEqual({ events: 1, seconds: null });
    expect(fault).not.toHaveProperty('event');
    expect(fault?.error).toContain('revision 99');
  });
});

describe('the drift of a projection', () => {
  it('is shown from the audit that found it until a rebuild', async () => {
    const log = amountsLog();
    await add(log, 1, 2);
    const { projection, recovered } = run(totalOf('total'), log);
    await recovered;
    expect(await overviewOf(projection, log)).not.toHaveProperty('drift');
    const drift = { after: position(1), upTo: position(2), of: 'snapshot' } as const;
    projection.audited(drift);
    expect((await overviewOf(projection, log)).drift).toEqual(drift);
    expect((await detailsOf(projection, log)).drift).toEqual(drift);
    await projection.replaceBy(projection.folded, () => true);
    expect(await overviewOf(projection, log)).not.toHaveProperty('drift');
  });

  it('is not shown once an audit finds none', async () => {
    const log = amountsLog();
    const { projection } = run(totalOf('total'), log);
    projection.audited({ after: position(0), upTo: position(1), of: 'live state' });
    projection.audited(undefined);
    expect(await overviewOf(projection, log)).not.toHaveProperty('drift');
  });
});

describe('the commands of a projection', () => {
  const operations = {
    audit: { method: 'POST', href: '/projections/total/audit' },
    rebuild: { method: 'POST', href: '/projections/total/rebuild' },
  };

  it('are audit and rebuild while it follows, and none once it is stopped', async () => {
    const log = amountsLog();
    const { projection, recovered } = run(totalOf('total'), log);
    await recovered;
    expect((await overviewOf(projection, log)).commands).toEqual(operations);
    await projection.stop();
    expect((await overviewOf(projection, log)).commands).toEqual({});
  });

  it('include resume when it is faulted', async () => {
    const { projection, log } = await stopped();
    expect((await overviewOf(projection, log)).commands).toEqual({
      resume: { method: 'POST', href: '/projections/total/resume' },
      ...operations,
    });
  });
});

describe('the digest of a projection', () => {
  it('is one string: the position, the events folded, and in the details the state', async () => {
    const log = amountsLog();
    await add(log, 1, 2);
    const [one, other, third] = [
      run(totalOf('total'), log),
      run(totalOf('total'), log),
      run(totalOf('third'), log),
    ];
    await Promise.all([one, other, third].map(({ recovered }) => recovered));
    const { digest } = await detailsOf(one.projection, log);
    expect(digest).toMatch(/^2-[0-9a-f]{16}-[0-9a-f]{16}$/);
    expect((await detailsOf(other.projection, log)).digest).toBe(digest);
    expect((await overviewOf(third.projection, log)).digest).toBe(digest.slice(0, 18));
  });

  it('leaves out a state that contains something that is not data', async () => {
    const log = amountsLog();
    const definition = totalOf('total');
    const initial = { value: 'empty', context: { total: 0, count: 0, broken: () => 0 } };
    const odd: ProjectionDefinition = {
      ...definition,
      fold: { ...definition.fold, initial },
    };
    const { projection, recovered } = run(odd, log);
    await recovered;
    expect((await detailsOf(projection, log)).digest).toBe('0-0000000000000000');
  });
});
