/** Every example event of the hello world is tried on all that consume it. */
import { monolithContracts } from '../../src/apps/monolith/monolith-contracts.js';
import { HelloWorldModule } from '../../src/contexts/hello-world.module.js';

it('the consumers are the decider and both projections', async () => {
  const { consumers } = await monolithContracts({
    contexts: [HelloWorldModule],
    workers: { contexts: '' },
  });
  expect(consumers.map(({ name }) => name).toSorted()).toEqual([
    'decider number',
    'projection product',
    'projection sum',
  ]);
});
