/** What a contract test says of a machine that is not pure: the state, and the action or guard. */
import { assign, setup } from 'xstate';
import { ContractRegistry, type Consumer } from '../../src/runtime/event-log/contracts/contract-registry.js';
import {
  contractFaults,
  type ContractFault,
} from '../../src/runtime/event-log/contracts/publishing/contract-faults.js';
import { publishContracts } from '../../src/runtime/event-log/contracts/publishing/publish-contracts.js';
import { foldOf } from '../../src/runtime/fold/fold.js';
import { parcelInsured, parcelSent } from '../support/parcels.js';
import { TemporaryFolder } from '../support/server.js';

function faultsWith(consumer: Consumer): readonly ContractFault[] {
  const folder = new TemporaryFolder();
  try {
    const registry = new ContractRegistry();
    registry.register([parcelSent, parcelInsured]);
    publishContracts(registry, folder.path);
    registry.consumedBy(consumer);
    return contractFaults(registry, folder.path);
  } finally {
    folder.remove();
  }
}

describe('the faults of a machine', () => {
  it('name the state and the action that is not pure', () => {
    const machine = setup({
      actions: {
        count: assign({ count: ({ context }) => (context as { count: number }).count + 1 }),
        stamp: assign({ at: () => Date.now() }),
      },
    }).createMachine({
      id: 'stamps',
      context: { at: 0, count: 0 },
      initial: 'fresh',
      states: {
        fresh: { on: { 'parcel.sent': 'used' } },
        used: { on: { 'parcel.sent': { actions: ['count', 'stamp'] } } },
      },
    });
    const faults = faultsWith({ name: 'projection stamps', consumes: [parcelSent], fold: foldOf(machine) });
    expect(faults.length).toBeGreaterThan(0);
    for (const { detail } of faults)
      expect(detail).toMatch(
        /^it cannot fold example \d in state "used": .*in context\.at; machine stamps, state .*used.*: the action stamp uses the clock/,
      );
  });

  it('name the action before which a guard is not pure', () => {
    let calls = 0;
    const machine = setup({
      actions: { count: assign({ count: ({ context }) => (context as { count: number }).count + 1 }) },
      guards: { now: () => (calls += 1) % 2 === 0 },
    }).createMachine({
      id: 'guarded',
      context: { count: 0 },
      initial: 'fresh',
      states: { fresh: { on: { 'parcel.sent': { guard: 'now', actions: 'count' } } } },
    });
    const faults = faultsWith({ name: 'projection guarded', consumes: [parcelSent], fold: foldOf(machine) });
    expect(faults[0]?.detail).toMatch(
      /a guard before machine guarded, state .*fresh.*: the action count uses/,
    );
  });
});
