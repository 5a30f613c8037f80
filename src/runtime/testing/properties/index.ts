/** Property-based tests with fast-check: `import { arbitraryOf, checkDecider } from 'leftfold/testing/properties'`. */
export { arbitraryOf, arbitraryOfInput, type ArbitraryOptions } from './arbitrary-of.js';
export { CannotGenerate, type FieldArbitraries } from './schema-arbitrary.js';
export { checkDecider, DeciderBroken, type CheckOptions, type CheckReport } from './check-decider.js';
