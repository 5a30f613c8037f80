/** The contexts of the hello world compared with plain arithmetic, over random numbers, retractions and restarts. */
import { join } from 'node:path';
import fc from 'fast-check';
import { Expected, Life, damageNewest, steps, type Read, type Step } from './support/numbers-world.js';
import { TemporaryFolder } from '../support/server.js';

/** Shrinking a counterexample ends within the time of the test. */
const RUNS = { numRuns: 40, interruptAfterTimeLimit: 10_000 };

/** Runs the scenario in a temporary folder. */
async function inFolder<Result>(
  scenario: (life: (snapshots?: string) => Life, expected: Expected, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = new TemporaryFolder();
  const expected = new Expected();
  try {
    return await scenario((snapshots) => new Life(folder.path, expected, snapshots), expected, folder.path);
  } finally {
    folder.remove();
  }
}

/** Takes the steps in one process life. @returns what is read at its end */
async function live(life: Life, given: readonly Step[]): Promise<Read> {
  try {
    expect(await life.take(given)).toEqual([]);
    return await life.read();
  } finally {
    await life.end();
  }
}

describe('the sum and the product, for random records and retractions', () => {
  it('are those of the numbers that were not retracted: live', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (given) =>
        inFolder(async (life, expected) => {
          const { states } = await live(life(), given);
          expect(states).toEqual(expected.states);
        }),
      ),
      RUNS,
    );
  });

  it('are the same after a restart, from the log alone', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (given) =>
        inFolder(async (life, expected, folder) => {
          await live(life(), given);
          const { states, restoredFrom } = await live(life(join(folder, 'no snapshots')), []);
          expect(restoredFrom).toEqual([0, 0]);
          expect(states).toEqual(expected.states);
        }),
      ),
      RUNS,
    );
  });

  it('are the same after a restart, from a snapshot and the events after it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, (before, after) =>
        inFolder(async (life, expected) => {
          await live(life(), before);
          const snapshotAt = expected.head;
          const { states, restoredFrom } = await live(life(), after);
          expect(restoredFrom).toEqual([snapshotAt, snapshotAt]);
          expect(states).toEqual(expected.states);
        }),
      ),
      RUNS,
    );
  });

  it('are the same after a restart with the newest snapshots damaged, which is reported', async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, fc.nat(), (before, after, place) =>
        inFolder(async (life, expected, folder) => {
          fc.pre(before[0]?.kind === 'record');
          await live(life(), before);
          await live(life(), after);
          await damageNewest(folder, place);
          const { states, unreadable } = await live(life(), []);
          expect(unreadable).toBe(2);
          expect(states).toEqual(expected.states);
        }),
      ),
      RUNS,
    );
  });
});
