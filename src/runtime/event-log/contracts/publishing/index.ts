/** Publishing event contracts as files, and checking them in CI: `import { contractFaults } from 'leftfold/contracts'`. */
export { changedInPlace, type Publisher } from './changed-in-place.js';
export { contractFaults, describeFault, type ContractFault } from './contract-faults.js';
export { publishContracts, type Publication, type PublishOptions } from './publish-contracts.js';
export { publishedAt, type SourceOptions } from './published-source.js';
export type { PublishedRevision } from './published-contracts.js';
export {
  brokenReliances,
  describeBroken,
  type BrokenReliance,
  type ConsumerReliance,
  type PublishedSource,
  type Reliance,
} from './reliance.js';
