/** A subscriber that could not be reached for a day, while the log takes no events. */
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventLog, START, StoreUnavailable } from '../../../runtime/index.js';
import { MemoryStore } from '../../../runtime/stores/memory.store.js';
import { numberRecorded } from '../numbers.events.js';
import { MAX_UNREACHABLE_MS } from './delivery.js';
import { Notifier } from './notifier.js';
import type { SubscribersService } from './subscribers.service.js';

it('is given up with a line in the log of the server, which goes on', async () => {
  const log = new EventLog(new MemoryStore());
  log.contracts.register([numberRecorded]);
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const failed = new Promise<unknown>((resolve) => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(resolve);
  });
  let days = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (days += 1) * MAX_UNREACHABLE_MS);
  const subscribers = {
    list: () => Promise.resolve({ ports: [1], readAt: START }), // nothing listens on port 1
    drop: () => Promise.reject(new StoreUnavailable('nothing')),
  };
  const notifier = new Notifier(log, subscribers as unknown as SubscribersService);
  await notifier.onApplicationBootstrap();
  await log.append([numberRecorded.create({ value: '5' })]);
  expect(await failed).toContain('localhost:1 is no longer told of numbers');
  notifier.beforeApplicationShutdown();
  await log.close();
  jest.restoreAllMocks();
});
