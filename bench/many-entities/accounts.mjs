/** The accounts of the benchmark of entity projections as the only projection of a program, so that nothing else folds beside it. */
import { LeftfoldModule } from '../../dist/runtime/index.js';
import { accounts, deposited } from '../entities/accounts.mjs';

export const contexts = [
  LeftfoldModule.forFeature({ contracts: [deposited], projections: [accounts], http: true }),
];
