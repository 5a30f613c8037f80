/** A file of contexts as `--contexts` names one, made of the sources themselves. */
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { totalOf } from './amounts.js';

export const contexts = [LeftfoldModule.forFeature({ projections: [totalOf('total')], http: true })];
