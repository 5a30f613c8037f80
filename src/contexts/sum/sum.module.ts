/** The sum of all numbers, as a bounded context of its own. */
import { Module } from '@nestjs/common';
import { ProjectionModule } from '../../runtime/projection/projection.module.js';
import { SumController } from './sum.controller.js';
import { sum } from './sum.projection.js';

@Module({ imports: [ProjectionModule.forFeature(sum)], controllers: [SumController] })
export class SumModule {}
