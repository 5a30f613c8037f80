/** Every entry of the package, so that the compiler checks its declarations: what they import must be installed with it. */
export * from 'leftfold';
export * from 'leftfold/contracts';
export * from 'leftfold/http';
export * from 'leftfold/lmdb';
export * from 'leftfold/postgres';
export * from 'leftfold/stores';
export type { EventStoreFactory } from 'leftfold/testing/conformance';
