/** A file of contexts as `--contexts` names one, made of the sources themselves. */
import { ProjectionModule } from '../../src/runtime/projection/projection.module.js';
import { totalOf } from './amounts.js';

export const contexts = [ProjectionModule.forFeature(totalOf('total'))];
