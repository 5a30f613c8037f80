/** Requests whose answers are held against `/openapi.json`, and an application of the tests that answers them. */
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/apps/app-definition.js';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { PARTS, monolith } from '../../src/apps/monolith/monolith.module.js';
import { readSettings } from '../../src/apps/settings.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { DocumentedApi } from './documented-api.js';

const nothing = (): undefined => undefined;

/** A logger. */
export const SILENT = { log: nothing, warn: nothing, error: nothing };

/** A request to the operation of this id. */
export type Case = readonly [id: string, path: string, init?: RequestInit | undefined];

/** As `it.each` takes them. */
export const rows = (cases: readonly Case[]): { id: string; path: string; init: RequestInit | undefined }[] =>
  cases.map(([id, path, init]) => ({ id, path, init }));

export const posted = (body: unknown, type = 'application/json', headers: object = {}): RequestInit => ({
  headers: { 'content-type': type, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export async function expectAsDocumented(api: DocumentedApi, [id, path, init]: Case): Promise<void> {
  expect({ request: `${id} ${path}`, differs: await api.differences(id, path, init) }).toEqual({
    request: `${id} ${path}`,
    differs: [],
  });
}

/** The monolith with these contexts over a log in memory. The test closes `app`. */
export async function startDocumented(
  store: MemoryStore,
  contexts: readonly Type[],
  jsonTypes: readonly string[] = [],
): Promise<{ readonly app: NestFastifyApplication; readonly api: DocumentedApi; readonly log: EventLog }> {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory' });
  const app = await createHttpApplication(
    AppModule.over(store, settings, monolith(settings, { ...PARTS, contexts })),
    { title: 'A test', description: 'What is served.', version: '0.0.0', jsonTypes, logger: SILENT },
  );
  const url = await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
  return { app, api: await DocumentedApi.of(url), log: app.get(EventLog) };
}
