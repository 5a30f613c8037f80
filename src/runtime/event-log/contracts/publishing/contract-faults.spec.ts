/** Everything that can be wrong with contracts, each on a folder of its own. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { insuranceDecider, parcelsOf } from '../../../../../test/support/parcel-consumers.js';
import { insured1, parcelInsured, parcelSent, sent1, sent2 } from '../../../../../test/support/parcels.js';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { ContractRegistry, type Consumer } from '../contract-registry.js';
import { defineEvent, type AnyContract } from '../event-contract.js';
import { contractFaults, type ContractFault } from './contract-faults.js';
import { publishContracts } from './publish-contracts.js';

const registryOf = (...contracts: readonly AnyContract[]): ContractRegistry => {
  const registry = new ContractRegistry();
  registry.register(contracts);
  return registry;
};

describe('the faults of contracts', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
    publishContracts(registryOf(parcelSent, parcelInsured), folder.path);
  });

  afterEach(() => {
    folder.remove();
  });

  const faultsOf = (...contracts: readonly AnyContract[]): readonly ContractFault[] =>
    contractFaults(registryOf(...contracts), folder.path);

  const faultsWith = (consumer: Consumer): readonly ContractFault[] => {
    const registry = registryOf(parcelSent, parcelInsured);
    registry.consumedBy(consumer);
    return contractFaults(registry, folder.path);
  };

  /** Changes a published file by hand. */
  const tamper = (name: string, from: string, to: string): void => {
    const file = join(folder.path, name);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
  };

  it('are none when everything is as it was published', () => {
    expect(faultsOf(parcelSent, parcelInsured)).toEqual([]);
  });

  it('are none either with consumers who fold every example', () => {
    expect(faultsWith({ ...parcelsOf('parcels'), name: 'projection parcels' })).toEqual([]);
    expect(faultsWith({ ...insuranceDecider, name: 'decider insurance' })).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['a random number', () => Math.random()],
    ['the clock', () => Date.now()],
    ['the date', () => new Date()],
    ['the time since the start', () => performance.now()],
    [
      'something that it changes itself',
      ((): (() => number) => {
        let calls = 0;
        return () => (calls += 1);
      })(),
    ],
  ])('are those of a consumer whose state depends on %s', (_, impure) => {
    const initial = { value: 'open', context: { at: undefined as unknown, count: 0 } };
    const faults = faultsWith({
      name: 'projection stamps',
      consumes: [parcelSent],
      fold: { initial, step: () => ({ value: 'open', context: { at: impure(), count: 1 } }) },
    });
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]).toMatchObject({ event: 'parcel.sent', consumer: 'projection stamps' });
    expect(faults[0]?.detail).toMatch(
      /^it cannot fold example \d in state "open": folded twice it gives two states, in context\.at;/,
    );
  });

  describe('a revision', () => {
    it('whose schema is another one than was published', () => {
      tamper('parcel.insured/1.schema.json', '"minimum": 0', '"minimum": 1');
      expect(faultsOf(parcelSent, parcelInsured)).toEqual([
        {
          event: 'parcel.insured',
          revision: 1,
          detail: expect.stringContaining(
            'its schema is published and has changed at #/properties/cents/minimum',
          ) as string,
        },
      ]);
    });

    it('whose schema in the code was changed', () => {
      const changed = sent1.revise({
        schema: z.strictObject({ parcel: z.string(), cents: z.number().optional() }),
        examples: sent2.examples,
        addsTags: true,
        upcast: () => [],
      });
      const faults = faultsOf(changed.revise({ ...parcelSent, upcast: () => [] }), parcelInsured);
      expect(faults.map(({ event, revision, detail }) => [event, revision, detail.split('.')[0]])).toEqual([
        ['parcel.sent', 2, 'its schema is published and has changed at #/properties/cents/type'],
      ]);
    });

    it('that is not published', () => {
      const revised = parcelInsured.revise({ ...parcelInsured, upcast: ({ data }) => [{ data }] });
      expect(faultsOf(parcelSent, revised)).toEqual([
        { event: 'parcel.insured', revision: 3, detail: 'it is not published; npm run contracts does it' },
      ]);
    });

    it('that has no way to the current one, because its upcaster was removed', () => {
      const late = defineEvent({ ...parcelInsured, type: 'parcel.insured', revision: 2 });
      expect(faultsOf(sent2, late)).toContainEqual({
        event: 'parcel.insured',
        revision: 1,
        detail:
          'it is published, but its contract has no such revision, so there is no way from it to the current one; put back what was removed',
      });
    });

    it('that has no way to the current one, because the contract is gone', () => {
      const gone = expect.stringContaining('it is published, but nobody registers its contract') as string;
      expect(
        faultsOf(sent1.revise({ ...sent2, upcast: () => [] }).revise({ ...parcelSent, upcast: () => [] })),
      ).toEqual([
        { event: 'parcel.insured', revision: 1, detail: gone },
        { event: 'parcel.insured', revision: 2, detail: gone },
      ]);
    });

    it('whose upcaster leads to a revision that nobody registers', () => {
      const late = defineEvent({ ...parcelInsured, type: 'parcel.insured', revision: 2 });
      expect(faultsOf(parcelSent, late)).toContainEqual({
        event: 'parcel.sent',
        revision: 2,
        detail: 'its upcaster yields parcel.insured of revision 1, which nobody registers',
      });
    });
  });

  describe('an example', () => {
    it('that breaks its schema', () => {
      tamper('parcel.insured/1.examples.json', '150', '-150');
      expect(faultsOf(parcelSent, parcelInsured)).toContainEqual({
        event: 'parcel.insured',
        revision: 1,
        detail: 'example 1: it breaks its schema at data.cents: Too small: expected number to be >=0',
      });
    });

    it('that is not published yet', () => {
      tamper('parcel.insured/1.examples.json', '150', '151');
      expect(faultsOf(parcelSent, parcelInsured)).toEqual([
        {
          event: 'parcel.insured',
          revision: 1,
          detail: 'it has an example that is not published; npm run contracts does it',
        },
      ]);
    });

    it('that is missing altogether', () => {
      writeFileSync(join(folder.path, 'parcel.insured/2.examples.json'), '[]');
      const bare = insured1.revise({ schema: parcelInsured.schema, upcast: () => [] });
      expect(faultsOf(parcelSent, bare)).toEqual([
        {
          event: 'parcel.insured',
          revision: 2,
          detail: 'it has no example; give it some, as in examples: [{ data: … }]',
        },
      ]);
    });

    it('that an upcaster cannot take on', () => {
      const failing = insured1.revise({
        ...parcelInsured,
        upcast: () => {
          throw new Error('cannot');
        },
      });
      const faults = faultsOf(parcelSent, failing);
      expect(faults.map(({ event, revision }) => [event, revision])).toEqual([
        ['parcel.sent', 1],
        ['parcel.sent', 2],
        ['parcel.insured', 1],
      ]);
      expect(faults[2]?.detail).toContain(
        'the upcaster of parcel.insured from revision 1 to 2 failed: cannot',
      );
    });

    it('that becomes something else each time', () => {
      let count = 0;
      const impure = insured1.revise({
        ...parcelInsured,
        upcast: ({ data }) => [{ data: { parcel: data.parcel, value: String((count += 1)) } }],
      });
      expect(
        faultsOf(
          sent1.revise({ ...sent2, upcast: () => [] }).revise({ ...parcelSent, upcast: () => [] }),
          impure,
        ),
      ).toEqual([
        {
          event: 'parcel.insured',
          revision: 1,
          detail: 'example 1: its upcasters give something else each time; they must be pure',
        },
      ]);
    });
  });

  describe('a consumer', () => {
    it('that cannot fold an example, by name, with the event, the revision and the state', () => {
      const strict = parcelsOf('parcels', undefined, (value) => value === '1.50');
      const failed = (event: string, revision: number, example: number): ContractFault => ({
        event,
        revision,
        consumer: 'projection parcels',
        detail: `it cannot fold example ${example} in state "open": 1.50 is bad`,
      });
      expect(faultsWith({ ...strict, name: 'projection parcels' })).toEqual([
        failed('parcel.sent', 1, 2),
        failed('parcel.sent', 2, 1),
        failed('parcel.insured', 1, 1),
        failed('parcel.insured', 2, 1),
      ]);
    });

    it('that cannot fold an example in a state that others lead to', () => {
      const fold = {
        initial: { value: 'fresh' },
        step: ({ value }: { readonly value: unknown }) => {
          if (value === 'spent') throw new Error('enough');
          return { value: value === 'fresh' ? 'used' : 'spent' };
        },
      };
      const faults = faultsWith({ name: 'decider once', consumes: [parcelInsured], fold });
      expect(faults).toHaveLength(4);
      expect(new Set(faults.map(({ detail }) => detail.replace(/example \d/, 'an example')))).toEqual(
        new Set(['it cannot fold an example in state "spent": enough']),
      );
    });

    it('is not asked to fold what it does not consume', () => {
      const fold = {
        initial: { value: 'idle' },
        step: () => {
          throw new Error('not mine');
        },
      };
      expect(faultsWith({ name: 'projection none', consumes: [], fold })).toEqual([]);
    });
  });

  it('cannot be found where a published file cannot be read, which is named', () => {
    tamper('parcel.insured/1.examples.json', '"data"', '"date"');
    expect(() => faultsOf(parcelSent, parcelInsured)).toThrow(
      `${join(folder.path, 'parcel.insured/1.examples.json')} cannot be read: `,
    );
    rmSync(join(folder.path, 'parcel.insured/1.examples.json'));
    expect(() => faultsOf(parcelSent, parcelInsured)).toThrow(
      '1.examples.json cannot be read: it is not there; put back what was published',
    );
  });
});
