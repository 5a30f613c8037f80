/** The product of all numbers, as a bounded context of its own. */
import { Module } from '@nestjs/common';
import { ProjectionModule } from '../../runtime/projection/projection.module.js';
import { ProductController } from './product.controller.js';
import { product } from './product.projection.js';

@Module({ imports: [ProjectionModule.forFeature(product)], controllers: [ProductController] })
export class ProductModule {}
