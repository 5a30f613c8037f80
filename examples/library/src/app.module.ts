/** The application: its own modules, and the event log that they share. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { DepositsModule } from './deposits.js';

@Module({
  imports: [
    LeftfoldModule.forRoot({
      store: process.env['STORE'] ?? 'lmdb:./data/log',
      snapshots: { folder: './data' },
      http: { events: true, projections: true, health: true },
    }),
    DepositsModule,
  ],
})
export class AppModule {}
