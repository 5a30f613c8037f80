/** The write side: records and retracts numbers, and tells subscribers of each. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from '../../runtime/index.js';
import { HelloController } from './hello.controller.js';
import { numberDecider } from './number.decider.js';
import { numberRecorded, numberRetracted } from './numbers.events.js';
import { NumbersService } from './numbers.service.js';
import { Seed } from './seed.js';
import { Notifier } from './subscribers/notifier.js';
import { SubscribersController } from './subscribers/subscribers.controller.js';
import { subscriberAdded, subscriberDropped } from './subscribers/subscribers.events.js';
import { SubscribersService } from './subscribers/subscribers.service.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      // Of services, which record and read them.
      records: [numberRetracted, subscriberAdded, subscriberDropped],
      reliesOn: [{ event: subscriberAdded }, { event: subscriberDropped }],
      contracts: [numberRecorded, numberRetracted, subscriberAdded, subscriberDropped],
      deciders: [numberDecider],
      http: true,
    }),
  ],
  controllers: [HelloController, SubscribersController],
  providers: [NumbersService, Seed, SubscribersService, Notifier],
  exports: [NumbersService],
})
export class NumbersModule {}
