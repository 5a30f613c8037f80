/** `npm run contracts`: publishes the event contracts to `contracts/`, for whoever relies on them. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { EventLog } from 'leftfold';
import { publishContracts } from 'leftfold/contracts';
import { AppModule } from './dist/app.module.js';
import { contextsByName } from './dist/contexts.js';

const settings = { store: 'memory:', data: '', contexts: Object.keys(contextsByName) };
const app = await NestFactory.createApplicationContext(AppModule.of(settings), { logger: false });
publishContracts(app.get(EventLog).contracts, new URL('./contracts', import.meta.url).pathname);
await app.close();
