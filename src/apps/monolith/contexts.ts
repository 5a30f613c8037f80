/** The contexts of the monolith. To add a context, import its module here. */
import { NumbersModule } from '../../contexts/numbers/numbers.module.js';
import { ProductModule } from '../../contexts/product/product.module.js';
import { SumModule } from '../../contexts/sum/sum.module.js';

export const contexts = [NumbersModule, SumModule, ProductModule];
