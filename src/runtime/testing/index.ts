/** Tests of a context of one's own, over any test runner: `import { given, refused, settled } from 'leftfold/testing'`. */
export { brokenReliancesOf } from './broken-reliances.js';
export { Given, given, type GivenOptions, type When } from './given.js';
export { about, exampleOf, inRevision, type GivenEvent } from './given-events.js';
export { refused, type Expected, type Refusal } from './outcome.js';
export { requireFinished, type EachTest } from './require-finished.js';
export { settled } from './settled.js';
