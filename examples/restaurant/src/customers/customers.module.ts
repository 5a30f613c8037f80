/** The bounded context of the customers. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { addresses, customers } from './customer-lists.js';
import { customer, emails } from './customer.js';
import { customerEvents } from './customers.events.js';
import { CustomersController } from './customers.http.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [...customerEvents, ...emails.contracts],
      deciders: [customer, emails.decider],
      records: emails.contracts,
      projections: [customers, addresses],
    }),
  ],
  controllers: [CustomersController],
})
export class CustomersModule {}
