/** The product of all numbers, as a bounded context of its own. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from '../../runtime/index.js';
import { ProductController } from './product.controller.js';
import { product } from './product.projection.js';

@Module({
  imports: [LeftfoldModule.forFeature({ projections: [product], http: true })],
  controllers: [ProductController],
})
export class ProductModule {}
