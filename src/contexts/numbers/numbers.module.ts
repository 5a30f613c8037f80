/** The write side: records and retracts numbers, and publishes what was recorded. */
import { Module } from '@nestjs/common';
import { CommandModule } from '../../runtime/command/command.module.js';
import { EventLogModule } from '../../runtime/event-log/event-log.module.js';
import { HelloController } from './hello.controller.js';
import { numberDecider } from './number.decider.js';
import { NumbersController } from './numbers.controller.js';
import { numberRecorded, numberRetracted } from './numbers.events.js';
import { NumbersService } from './numbers.service.js';

@Module({
  imports: [
    EventLogModule.forFeature([numberRecorded, numberRetracted]),
    CommandModule.forFeature(numberDecider),
  ],
  controllers: [NumbersController, HelloController],
  providers: [NumbersService],
  exports: [NumbersService],
})
export class NumbersModule {}
