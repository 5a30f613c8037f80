/** The monolith's event contracts and their consumers, from a monolith assembled on an empty log and not served. */
import { NestFactory } from '@nestjs/core';
import { readSettings } from '../settings.js';
import type { ContractRegistry } from '../../runtime/event-log/contracts/contract-registry.js';
import { EventLog } from '../../runtime/event-log/event-log.js';
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import { AppModule } from '../app-definition.js';
import { PARTS, monolith, type Parts } from './monolith.module.js';

export async function monolithContracts(parts: Parts = PARTS): Promise<ContractRegistry> {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory' });
  const module = AppModule.over(new MemoryStore(), settings, monolith(settings, parts));
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const { contracts } = app.get(EventLog);
  await app.close();
  return contracts;
}
