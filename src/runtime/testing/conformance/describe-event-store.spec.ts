/** The conformance kit itself: it passes a correct store, and fails any store with a fault. */
import { APPEND_FAULTS } from '../../../../test/support/kit/append-faults.js';
import { CollectedCases } from '../../../../test/support/kit/collected-cases.js';
import { faultyStores } from '../../../../test/support/kit/faulty-store.js';
import { OTHER_FAULTS } from '../../../../test/support/kit/other-faults.js';
import { READ_FAULTS } from '../../../../test/support/kit/read-faults.js';
import { describeEventStore, type Capabilities, type EventStoreFactory } from './index.js';

const cases = new CollectedCases();

/** Describes the store and runs the case of this name, or all of them. @returns the cases that failed */
function failures(
  factory: EventStoreFactory,
  only?: string,
  capabilities?: Capabilities,
): Promise<readonly string[]> {
  cases.collect(() => {
    describeEventStore('a store', factory, capabilities);
  });
  return cases.failures(only);
}

describe('the conformance kit', () => {
  it('passes a correct store that has every capability', async () => {
    expect(await failures(faultyStores())).toEqual([]);
  });

  it.each([...APPEND_FAULTS, ...READ_FAULTS, ...OTHER_FAULTS])(
    'fails a store that $what',
    async ({ faults, noticedBy }) => {
      expect(await failures(faultyStores(faults), noticedBy)).toEqual([noticedBy]);
    },
  );

  it('says what it needs when there is no test runner', () => {
    const globals = globalThis as Partial<Record<string, unknown>>;
    const { describe: original } = globals;
    globals['describe'] = undefined;
    try {
      expect(() => {
        describeEventStore('a store', faultyStores());
      }).toThrow('needs a test runner with a global function describe: Jest, or Vitest with "globals: true"');
    } finally {
      globals['describe'] = original;
    }
  });

  describe('of a store that has a capability', () => {
    it.each<readonly [what: string, factory: Partial<EventStoreFactory>, noticedBy: string]>([
      [
        'opens another log in place of the same one',
        { reopen: () => faultyStores().open() },
        'a log that is opened again › has its head where it was',
      ],
      [
        'shows its readers another log',
        { reader: () => faultyStores().open() },
        'a reader beside the writer › sees what was recorded before it was opened, as the writer does',
      ],
      [
        'lets a second writer write elsewhere',
        { another: () => faultyStores().open() },
        'stores that append to one log › know it as the same log',
      ],
    ])('fails one that %s', async (_what, factory, noticedBy) => {
      expect(await failures({ ...faultyStores(), ...factory }, noticedBy)).toEqual([noticedBy]);
    });
  });

  describe('of a store that lacks a capability', () => {
    const lacking: Capabilities = { durable: false, manyReaders: false, manyWriters: false };
    const NOTICED_BY =
      'a second writer, though the log has one › is refused with a clear error, or writes what is plainly another log';

    it.each<readonly [what: string, another: EventStoreFactory['another']]>([
      ['lets a second writer in', (store) => faultyStores().another(store)],
      [
        'refuses by a mistake',
        () => Promise.reject(new TypeError('cannot read properties of a missing folder')),
      ],
      ['refuses with a code', () => Promise.reject(new Error('EBUSY'))],
    ])('fails one that %s', async (_what, another) => {
      expect(await failures({ ...faultyStores(), another }, NOTICED_BY, lacking)).toEqual([NOTICED_BY]);
    });

    it('passes one that says so', async () => {
      const another = (): Promise<never> => Promise.reject(new Error('the log has a writer, process 7'));
      expect(await failures({ ...faultyStores(), another }, NOTICED_BY, lacking)).toEqual([]);
    });
  });
});
