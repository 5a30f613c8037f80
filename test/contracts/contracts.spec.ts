/** The contracts of this repository are those that are published in `contracts/`, and whoever consumes them can. */
import { join } from 'node:path';
import { monolithContracts } from '../../src/apps/monolith/monolith-contracts.js';
import type { ContractRegistry } from '../../src/runtime/event-log/contracts/contract-registry.js';
import { contractFaults, describeFault } from '../../src/runtime/event-log/contracts/publishing/contract-faults.js';

const FOLDER = join(import.meta.dirname, '..', '..', 'contracts');

describe('the published contracts', () => {
  let contracts: ContractRegistry;

  beforeAll(async () => {
    contracts = await monolithContracts();
  });

  it('are kept by all who record events and all who consume them', () => {
    expect(contractFaults(contracts, FOLDER).map(describeFault)).toEqual([]);
  });

  it('are tried on every projection and every decider', () => {
    const consumers = contracts.consumers.map(({ name }) => name);
    expect(consumers.toSorted()).toEqual(['decider number', 'projection product', 'projection sum']);
  });
});
