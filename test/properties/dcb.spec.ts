/** Every store compared with a reference, over random appends and queries. */
import fc from 'fast-check';
import { AppendConditionFailed, PositionNotInLog } from '../../src/runtime/event-log/errors.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { STORES } from '../support/event-stores.js';
import {
  Reference,
  asCommit,
  historyLengths,
  historyOf,
  rounds,
  type Append,
  type Question,
} from '../support/log-reference.js';
import { TemporaryFolder } from '../support/server.js';

/** Shrinking a counterexample ends within the time of the test. */
const RUNS = { numRuns: 60, interruptAfterTimeLimit: 15_000 };

/** A store and the reference, which are given the same appends and queries. */
class Compared {
  readonly #reference = new Reference();
  #asked = 0;

  constructor(private readonly store: EventStore) {}

  /** All at once; they are recorded in this order. */
  async append(appends: readonly Append[]): Promise<void> {
    const answers = await Promise.all(appends.map((each) => this.#append(each)));
    expect(answers).toEqual(appends.map((each) => this.#reference.append(each)));
  }

  async ask({ query, range }: Question): Promise<void> {
    const positions: number[] = [];
    for await (const page of this.store.read(query, range))
      positions.push(...page.map(({ position }) => position));
    expect(positions).toEqual(this.#reference.read(query, range));
  }

  async #append(asked: Append): Promise<string> {
    this.#asked += 1;
    try {
      return `recorded at ${(await this.store.append(asCommit(asked, this.#asked))).first}`;
    } catch (error) {
      if (error instanceof AppendConditionFailed) return `broken by ${error.position}`;
      if (error instanceof PositionNotInLog) return 'not in the log';
      throw error;
    }
  }
}

describe.each(STORES)('$name, for random appends and queries', (kind) => {
  const inStore = async (scenario: (compared: Compared) => Promise<void>): Promise<void> => {
    const folder = new TemporaryFolder();
    const store = await kind.open(folder.path);
    try {
      await scenario(new Compared(store));
    } finally {
      await store.close();
      folder.remove();
    }
  };

  it('answers every condition and every query as a scan of all events would', async () => {
    await fc.assert(
      fc.asyncProperty(historyLengths, rounds, (history, given) =>
        inStore(async (compared) => {
          await compared.append(historyOf(history));
          for (const { appends, questions } of given) {
            await compared.append(appends);
            for (const question of questions) await compared.ask(question);
          }
        }),
      ),
      RUNS,
    );
  });
});
