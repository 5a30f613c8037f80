/** Publishing event contracts as files, and checking them in CI: `import { contractFaults } from 'leftfold/contracts'`. */
export { contractFaults, describeFault, type ContractFault } from './contract-faults.js';
export { publishContracts, type Publication } from './publish-contracts.js';
