/** The sum of all numbers, as a bounded context of its own. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from '../../runtime/index.js';
import { SumController } from './sum.controller.js';
import { sum } from './sum.projection.js';

@Module({
  imports: [LeftfoldModule.forFeature({ projections: [sum], http: true })],
  controllers: [SumController],
})
export class SumModule {}
