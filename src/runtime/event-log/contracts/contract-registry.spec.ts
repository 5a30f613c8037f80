/** Which contracts the log knows. */
import { z } from 'zod';
import { insured1, parcelInsured, parcelSent, sent2 } from '../../../../test/support/parcels.js';
import { ContractRegistry } from './contract-registry.js';
import { defineEvent, type AnyContract } from './event-contract.js';

const recorded = defineEvent({
  type: 'number.recorded',
  revision: 2,
  schema: z.object({ value: z.string() }),
});
const retracted = defineEvent({ type: 'number.retracted', schema: z.object({}) });

describe('ContractRegistry', () => {
  let registry: ContractRegistry;

  beforeEach(() => {
    registry = new ContractRegistry();
    registry.register([retracted, recorded]);
  });

  it('lists the types in alphabetical order', () => {
    expect(registry.types).toEqual(['number.recorded', 'number.retracted']);
  });

  it('takes the same contract from several modules', () => {
    registry.register([recorded]);
    expect(registry.all()).toEqual([retracted, recorded]);
  });

  it('refuses another contract of the same type', () => {
    const impostor = defineEvent({ type: 'number.recorded', schema: z.string() });
    expect(() => {
      registry.register([impostor]);
    }).toThrow('event number.recorded has two contracts');
  });

  it('knows who consumes, and registers what they do', () => {
    const granted = defineEvent({ type: 'wish.granted', schema: z.null() });
    const fold = { initial: { value: 'idle' }, step: () => ({ value: 'idle' }) };
    registry.consumedBy({ name: 'projection wishes', consumes: [granted], fold });
    expect(registry.consumers).toEqual([{ name: 'projection wishes', consumes: [granted], fold }]);
    expect(registry.types).toContain('wish.granted');
  });

  it('has a past as soon as a contract was revised', () => {
    expect(registry.hasUpcasters).toBe(false);
    registry.register([parcelInsured]);
    expect(registry.hasUpcasters).toBe(true);
  });

  it('refuses upcasters that go in a circle, and shows it', () => {
    const schema = z.strictObject({});
    const one = defineEvent({ type: 'egg.laid', schema });
    const other = defineEvent({ type: 'hen.hatched', schema });
    const egg = one.revise({ schema, yields: [other], upcast: () => [other.create({})] });
    const hen = other.revise({ schema, yields: [one], upcast: () => [one.create({})] });
    registry.register([egg]);
    expect(() => {
      registry.register([hen]);
    }).toThrow('upcasters go in a circle: egg.laid/1 → hen.hatched/1 → egg.laid/1');
  });

  describe('the lineage of a type', () => {
    const lineage = (types: readonly string[], ...contracts: readonly AnyContract[]): string => {
      const knowing = new ContractRegistry();
      knowing.register(contracts);
      return knowing.lineageOf(types);
    };
    const schema = z.strictObject({});
    const done = defineEvent({ type: 'thing.done', schema });

    it('is empty for what never was revised, whatever else was', () => {
      expect(lineage(['thing.done'], done, parcelInsured)).toBe('');
    });

    it('is another one when the type has another past', () => {
      expect(lineage(['parcel.insured'], insured1)).not.toBe(lineage(['parcel.insured'], parcelInsured));
    });

    it('is another one when another type has become what may turn into it', () => {
      const before = lineage(['parcel.insured'], parcelInsured, sent2);
      expect(lineage(['parcel.insured'], parcelInsured, parcelSent)).not.toBe(before);
    });

    it('is another one when the source of an upcaster is', () => {
      const one = done.revise({ schema, upcast: () => [{ data: {} }] });
      const other = done.revise({ schema, upcast: () => [] });
      expect(lineage(['thing.done'], one)).not.toBe(lineage(['thing.done'], other));
    });

    it('is the same for the same contracts, in whatever order they come', () => {
      const one = lineage(['parcel.insured'], parcelInsured, parcelSent);
      expect(lineage(['parcel.insured'], parcelSent, parcelInsured)).toBe(one);
    });
  });
});
