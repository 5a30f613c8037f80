/** Which contracts the log knows. */
import { z } from 'zod';
import { ContractRegistry } from './contract-registry.js';
import { ContractBroken } from './errors.js';
import { defineEvent } from './event-contract.js';
import { commitId, position, type Json, type StoredEvent } from './event.js';

const recorded = defineEvent({
  type: 'number.recorded',
  revision: 2,
  schema: z.object({ value: z.string() }),
});
const retracted = defineEvent({ type: 'number.retracted', schema: z.object({}) });

const stored = (type: string, revision: number, data: Json = {}): StoredEvent => ({
  position: position(7),
  type,
  revision,
  tags: [],
  data,
  time: '2026-01-31T12:00:00.000Z',
  commit: commitId('c'),
  metadata: {},
});

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

  describe('check', () => {
    it('gives the contract, and the data as the contract has it', () => {
      const checked = registry.check({ type: 'number.recorded', data: { value: '5', more: 1 } }, 0);
      expect(checked).toEqual({ contract: recorded, data: { value: '5' } });
    });

    it('refuses data that breaks the contract, and points to it', () => {
      const check = (): unknown => registry.check({ type: 'number.recorded', data: { value: 5 } }, 3);
      expect(check).toThrow(
        expect.objectContaining({
          constructor: ContractBroken,
          faults: [expect.objectContaining({ pointer: '#/events/3/data/value' })],
        }) as Error,
      );
    });

    it('refuses a type that nobody registered', () => {
      expect(() => registry.check({ type: 'sum.grown', data: null }, 0)).toThrow(
        'There is no event sum.grown; there are number.recorded, number.retracted.',
      );
    });
  });

  describe('current', () => {
    it('leaves events of the current revision as they are', () => {
      const page = [stored('number.recorded', 2)];
      expect(registry.current(page)).toEqual({ events: page });
    });

    it.each([1, 3])('stops before an event of revision %i, which it cannot read', (revision) => {
      const good = stored('number.recorded', 2);
      const { events, error } = registry.current([good, stored('number.recorded', revision), good]);
      expect(events).toEqual([good]);
      expect(error?.message).toBe(
        `the event at position 7 is number.recorded of revision ${revision}, but this version knows revision 2`,
      );
    });

    it('leaves an event of a type that nobody registered as it is', () => {
      const page = [stored('sum.grown', 9)];
      expect(registry.current(page)).toEqual({ events: page });
    });
  });
});
