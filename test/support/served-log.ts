/** The log over HTTP in this process: any store, any contracts, and nothing of the numbers. */
import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { AnyContract } from '../../src/runtime/event-log/event-contract.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { EventLogModule } from '../../src/runtime/event-log/event-log.module.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { createHttpApplication } from '../../src/runtime/http/application.js';

@Module({})
class LogOnly {}

export interface ServedLog {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  post(path: string, body: unknown): Promise<Response>;
  close(): Promise<void>;
}

/** On a free port. Closing it closes the store. */
export async function serveLog(store: EventStore, contracts: readonly AnyContract[]): Promise<ServedLog> {
  const app = await createHttpApplication(
    {
      module: LogOnly,
      imports: [
        EventEmitterModule.forRoot({ wildcard: true }),
        EventLogModule.forRoot(store),
        EventLogModule.forFeature(contracts),
      ],
    },
    {
      title: 'A log',
      description: 'A log and nothing else.',
      version: '0.0.0',
      jsonTypes: [],
      logger: { log: () => undefined, warn: () => undefined, error: () => undefined },
      problemHeaders: async (context) => ({
        'leftfold-position': String(await context.get(EventLog).head()),
      }),
    },
  );
  const url = await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () => app.close(),
  };
}
