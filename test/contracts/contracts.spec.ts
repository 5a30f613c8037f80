/** The contracts of this repository are those that are published in `contracts/`, and whoever consumes them can. */
import { join } from 'node:path';
import { contexts } from '../../src/apps/monolith/contexts.js';
import { monolithContracts } from '../../src/apps/monolith/monolith-contracts.js';
import type { ContractRegistry } from '../../src/runtime/event-log/contracts/contract-registry.js';
import {
  contractFaults,
  describeFault,
} from '../../src/runtime/event-log/contracts/publishing/contract-faults.js';
import { definitionsIn } from '../../src/runtime/projection/module-definitions.js';
import { contexts as tested } from '../support/app/contexts.js';

const FOLDER = join(import.meta.dirname, '..', '..', 'contracts');

describe('the published contracts', () => {
  let contracts: ContractRegistry;

  beforeAll(async () => {
    contracts = await monolithContracts();
  });

  it('are kept by all who record events and all who consume them', () => {
    expect(contractFaults(contracts, FOLDER).map(describeFault)).toEqual([]);
  });

  it('are tried on every projection of every context', () => {
    const consumers = contracts.consumers.map(({ name }) => name);
    const projections = [...definitionsIn(contexts).keys()].map((name) => `projection ${name}`);
    expect(consumers).toEqual(expect.arrayContaining(projections));
    expect(consumers.filter((name) => name.startsWith('projection ')).toSorted()).toEqual(
      projections.toSorted(),
    );
  });
});

describe('the contracts of an app', () => {
  it('are tried on every projection and every decider', async () => {
    const { consumers } = await monolithContracts({ contexts: tested, workers: { contexts: '' } });
    expect(consumers.map(({ name }) => name).toSorted()).toEqual([
      'decider entry',
      'projection balance',
      'projection factor',
    ]);
  });
});
