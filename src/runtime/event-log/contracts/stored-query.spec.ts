/** What a store is asked for, so that nothing is missed. */
import { z } from 'zod';
import { parcelInsured, parcelSent } from '../../../../test/support/parcels.js';
import { ContractRegistry } from './contract-registry.js';
import { defineEvent } from './event-contract.js';
import { EVERYTHING, tag, type Query } from '../event.js';

const contracts = new ContractRegistry();
contracts.register([parcelSent, parcelInsured]);

const tags = [tag('parcel:a')];

describe('a query', () => {
  it.each<readonly [what: string, query: Query]>([
    ['for everything', EVERYTHING],
    ['for nothing', []],
    ['for a type that keeps its name', [{ types: ['parcel.sent'] }]],
    ['for a type that nobody knows', [{ types: ['van.washed'], tags }]],
  ])('%s is asked of the store as it is', (_what, query) => {
    expect(contracts.asStored(query)).toBe(query);
  });

  it('is asked as it is where nothing ever was revised', () => {
    const query = [{ types: ['parcel.insured'], tags }];
    expect(new ContractRegistry().asStored(query)).toBe(query);
  });

  it('for a type also finds what was recorded as another, in the revisions that may become it', () => {
    expect(contracts.asStored([{ types: ['parcel.insured'] }])).toEqual([
      { types: ['parcel.insured'] },
      { types: ['parcel.sent'], revisionBelow: 3 },
    ]);
  });

  it('for a tag also finds what gets it, in the revisions that may get it', () => {
    expect(contracts.asStored([{ tags }])).toEqual([{ tags }, { types: ['parcel.sent'], revisionBelow: 2 }]);
  });

  it('for a type and a tag drops the tag only where it may be added', () => {
    expect(contracts.asStored([{ types: ['parcel.sent'], tags }])).toEqual([
      { types: ['parcel.sent'], tags },
      { types: ['parcel.sent'], revisionBelow: 2 },
    ]);
    const sentLater = defineEvent({ type: 'parcel.sent', revision: 2, schema: z.null() });
    const later = new ContractRegistry();
    later.register([
      sentLater.revise({ schema: z.null(), yields: [parcelInsured], upcast: () => [] }),
      parcelInsured,
    ]);
    expect(later.asStored([{ types: ['parcel.insured'], tags }])).toEqual([
      { types: ['parcel.insured'], tags },
      { types: ['parcel.sent'], tags, revisionBelow: 3 },
    ]);
  });

  it('of several items has each of them widened', () => {
    expect(contracts.asStored([{ tags }, { types: ['parcel.insured'] }])).toEqual([
      { tags },
      { types: ['parcel.insured'] },
      { types: ['parcel.sent'], revisionBelow: 2 },
      { types: ['parcel.sent'], revisionBelow: 3 },
    ]);
  });
});
