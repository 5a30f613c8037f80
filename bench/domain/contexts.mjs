/** The contexts that the benchmarks serve, as the app and its worker processes take them. */
import { LeftfoldModule } from '../../dist/runtime/index.js';
import { numbers } from './numbers.mjs';
import { product } from './product.mjs';
import { sum } from './sum.mjs';

const served = (projection) => LeftfoldModule.forFeature({ projections: [projection], http: true });

export const contexts = [numbers, served(sum), served(product)];

/** What the monolith is made of with them. */
export const parts = { contexts, workers: { contexts: import.meta.url } };
