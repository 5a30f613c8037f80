/** The contexts of the tests' own application: entries, and two states that are folded from them. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from '../../../src/runtime/index.js';
import { BalanceController, balance } from './balance.js';
import { EntriesController } from './entries.controller.js';
import { entryRecorded, entryRetracted } from './entries.events.js';
import { entryDecider } from './entry.decider.js';
import { FactorController, factor } from './factor.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({ contracts: [entryRecorded, entryRetracted], deciders: [entryDecider] }),
  ],
  controllers: [EntriesController],
})
export class EntriesModule {}

@Module({
  imports: [LeftfoldModule.forFeature({ projections: [balance], http: true })],
  controllers: [BalanceController],
})
class BalanceModule {}

@Module({
  imports: [LeftfoldModule.forFeature({ projections: [factor], http: true })],
  controllers: [FactorController],
})
class FactorModule {}

export const contexts = [EntriesModule, BalanceModule, FactorModule];
