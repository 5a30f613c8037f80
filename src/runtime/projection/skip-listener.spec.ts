/** A projection that has stopped, told of a skip by the log alone. */
import { add, amountsLog } from '../../../test/support/amounts.js';
import { position, tag, type Position } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import { listenForSkip } from './skip-listener.js';
import { eventSkipped, recordSkip, skipContracts } from './skipping.js';

const skip = (log: EventLog, projection: string, at: number): Promise<unknown> =>
  recordSkip(log, { projection, position: position(at), reason: 'a slip' });

/** Of a projection `total` that stopped at position 2 of three. */
async function listening(log = amountsLog()): Promise<{
  readonly log: EventLog;
  readonly end: () => void;
  readonly resumed: Promise<void>;
  readonly resumptions: () => number;
}> {
  log.contracts.register(skipContracts);
  await add(log, 1, 13, 3);
  let count = 0;
  let end = (): void => undefined;
  const resumed = new Promise<void>((resolve) => {
    const resume = (): Promise<void> => {
      count += 1;
      resolve();
      return Promise.resolve();
    };
    const fault = { position: position(2), error: undefined, message: 'it cannot', since: new Date(0) };
    end = listenForSkip({ name: 'total', resume }, fault, log);
  });
  return { log, end, resumed, resumptions: () => count };
}

/** Resolves once whatever follows the log has been given everything up to here. */
async function followed(log: EventLog, to: Position): Promise<void> {
  for await (const { through } of log.followPages()) if (through >= to) break;
  await new Promise((resolve) => setImmediate(resolve));
}

describe('listening for a skip', () => {
  it('resumes the projection once the event at which it stopped is skipped', async () => {
    const { log, resumed } = await listening();
    await skip(log, 'total', 2);
    await expect(resumed).resolves.toBeUndefined();
  });

  it('resumes it once', async () => {
    const { log, resumed, resumptions } = await listening();
    await skip(log, 'total', 2);
    await resumed;
    const again = { projection: 'total', position: 2, reason: 'again' };
    await log.appendAsRuntime([eventSkipped.create(again, [tag('projection:total')])]);
    await followed(log, await log.head());
    expect(resumptions()).toBe(1);
  });

  it('does not resume it for a skip of another event, or by another projection', async () => {
    const { log, resumptions } = await listening();
    await skip(log, 'total', 1);
    await skip(log, 'other', 2);
    await followed(log, await log.head());
    expect(resumptions()).toBe(0);
  });

  it('does not resume it once the listening was ended', async () => {
    const { log, end, resumptions } = await listening();
    end();
    await skip(log, 'total', 2);
    await followed(log, await log.head());
    expect(resumptions()).toBe(0);
  });

  it('reads nothing that was recorded before the event', async () => {
    const log = amountsLog();
    const ranges: Position[] = [];
    const follow = log.followPages.bind(log);
    log.followPages = (query, after, signal) => {
      if (after !== undefined) ranges.push(after);
      return follow(query, after, signal);
    };
    await listening(log);
    expect(ranges).toEqual([2]);
  });
});
