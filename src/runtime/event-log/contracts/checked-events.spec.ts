import { z } from 'zod';
import { ContractBroken } from '../errors.js';
import { checkEvents } from './checked-events.js';
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

  it('refuses a type that nobody registered', () => {
    expect(() => checkEvents(registry, [{ type: 'sum.grown', data: null }])).toThrow(
      'There is no event sum.grown; there are number.recorded, number.retracted.',
    );
  });
});
