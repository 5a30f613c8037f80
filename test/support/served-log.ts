/** The log over HTTP in this process: any store, any contracts, any modules, and nothing of the numbers. */
import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { AnyContract } from '../../src/runtime/event-log/contracts/event-contract.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import type { HttpParts } from '../../src/runtime/leftfold-options.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { createHttpApplication } from '../../src/apps/http-application.js';

@Module({})
class LogOnly {}

export interface ServedLog {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  post(path: string, body: unknown): Promise<Response>;
  /** How many clients have gone before they were answered. */
  readonly gone: () => number;
  close(): Promise<void>;
}

/** On a free port, with what the modules serve beside the log. Closing it closes the store. */
export async function serveLog(
  store: EventStore,
  contracts: readonly AnyContract[],
  modules: NonNullable<DynamicModule['imports']> = [],
  http: HttpParts = { events: true },
): Promise<ServedLog> {
  const app = await createHttpApplication(
    {
      module: LogOnly,
      imports: [
        EventEmitterModule.forRoot({ wildcard: true }),
        LeftfoldModule.forRoot({ store, http }),
        LeftfoldModule.forFeature({ contracts: contracts }),
        ...modules,
      ],
    },
    {
      title: 'A log',
      description: 'A log and nothing else.',
      version: '0.0.0',
      jsonTypes: [],
      logger: { log: () => undefined, warn: () => undefined, error: () => undefined },
    },
  );
  const url = await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
  let gone = 0;
  app.getHttpServer().on('request', (_request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) gone += 1;
    });
  });
  return {
    url,
    gone: () => gone,
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () => app.close(),
  };
}
