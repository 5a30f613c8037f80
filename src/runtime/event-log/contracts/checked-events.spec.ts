import { z } from 'zod';
import { ContractBroken } from '../errors.js';
import { tag } from '../event.js';
import { MAX_COMMIT_TAGS, checkEvents } from './checked-events.js';
import { ContractRegistry } from './contract-registry.js';
import { defineEvent } from './event-contract.js';

describe('checkEvents', () => {
  const registry = new ContractRegistry();
  registry.register([
    defineEvent({ type: 'number.recorded', schema: z.object({ value: z.string() }) }),
    defineEvent({ type: 'number.retracted', schema: z.object({ value: z.string() }) }),
  ]);
  const good = { type: 'number.recorded', data: { value: '1' } };

  it('gives the data as the contract has it, in its revision', () => {
    const { checked } = checkEvents(registry, [{ type: 'number.recorded', data: { value: '5', more: 1 } }]);
    expect(checked).toEqual([{ type: 'number.recorded', revision: 1, tags: [], data: { value: '5' } }]);
  });

  it('refuses data that breaks the contract, and points to it', () => {
    const check = (): unknown =>
      checkEvents(registry, [good, good, good, { type: 'number.recorded', data: { value: 5 } }]);
    expect(check).toThrow(
      expect.objectContaining({
        constructor: ContractBroken,
        faults: [expect.objectContaining({ pointer: '#/events/3/data/value' })],
      }) as Error,
    );
  });

  it('refuses more tags than a commit may have, and takes as many as it may', () => {
    const tags = Array.from({ length: MAX_COMMIT_TAGS }, (_, nth) => tag(`number:${nth}`));
    expect(checkEvents(registry, [{ ...good, tags }]).checked).toHaveLength(1);
    const check = (): unknown =>
      checkEvents(registry, [
        { ...good, tags },
        { ...good, tags: tags.slice(0, 1) },
      ]);
    expect(check).toThrow('The events of a commit have at most 20000 tags together, not 20001.');
  });

  it('refuses a type that nobody registered', () => {
    expect(() => checkEvents(registry, [{ type: 'sum.grown', data: null }])).toThrow(
      'There is no event sum.grown; there are number.recorded, number.retracted.',
    );
  });
});
