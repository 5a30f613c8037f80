/** The write side: records and retracts numbers, and publishes what was recorded. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from '../../runtime/index.js';
import { HelloController } from './hello.controller.js';
import { numberDecider } from './number.decider.js';
import { NumbersController } from './numbers.controller.js';
import { numberRecorded, numberRetracted } from './numbers.events.js';
import { NumbersService } from './numbers.service.js';
import { Seed } from './seed.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [numberRecorded, numberRetracted],
      deciders: [numberDecider],
    }),
  ],
  controllers: [NumbersController, HelloController],
  providers: [NumbersService, Seed],
  exports: [NumbersService],
})
export class NumbersModule {}
