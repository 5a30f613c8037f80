/** A store that is slower than those who append to it, over real HTTP. */
import { ConsoleLogger, Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { z } from 'zod';
import { defineEvent } from '../../src/runtime/event-log/contracts/event-contract.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { Commit, NewCommit } from '../../src/runtime/event-log/event.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { problemOf } from '../support/api.js';

const noteTaken = defineEvent({
  type: 'note.taken',
  schema: z.strictObject({ text: z.string() }),
  open: true,
});

/** Holds every append up until it is let go. */
class SlowStore extends MemoryStore {
  #release!: () => void;
  #held = new Promise<void>((resolve) => (this.#release = resolve));

  override async append(commit: NewCommit): Promise<Commit> {
    await this.#held;
    return super.append(commit);
  }

  letGo(): void {
    this.#release();
  }
}

@Module({})
class NotesModule {
  static over(store: SlowStore): DynamicModule {
    return {
      module: NotesModule,
      imports: [
        EventEmitterModule.forRoot(),
        LeftfoldModule.forRoot({ store, http: { events: true } }),
        LeftfoldModule.forFeature({ contracts: [noteTaken] }),
      ],
    };
  }
}

describe('more appends than the disk takes', () => {
  const store = new SlowStore();
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    app = await createHttpApplication(NotesModule.over(store), {
      title: 'Notes',
      description: 'A log of notes',
      version: '1',
      jsonTypes: [],
      logger: new ConsoleLogger({ logLevels: ['error'] }),
    });
    url = await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
  });

  afterAll(async () => {
    await app.close();
  });

  const note = (length: number): Promise<Response> =>
    fetch(`${url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events: [{ type: noteTaken.type, data: { text: 'x'.repeat(length) } }] }),
    });

  it('are refused at once past a bound, with 503 and Retry-After, and all that waited is recorded', async () => {
    // Each weighs two bytes a character in memory, so 64 MiB hold fewer than 40 of these.
    const asked = Array.from({ length: 40 }, () => note(900_000));
    // Nothing is let go before the first refusal is there: it does not wait for the store.
    const refused = await Promise.race(asked);
    const problem = await problemOf(refused, 503);
    expect(problem.type).toBe('urn:leftfold:problem:log-busy');
    expect(refused.headers.get('retry-after')).toBe('1');
    store.letGo();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    const recorded = statuses.filter((status) => status === 201).length;
    expect(recorded).toBeGreaterThan(30);
    expect(new Set(statuses)).toEqual(new Set([201, 503]));
    await expect(app.get(EventLog).head()).resolves.toBe(recorded);
  });

  it('go on as before once there is room', async () => {
    const before = await app.get(EventLog).head();
    expect((await note(900_000)).status).toBe(201);
    await expect(app.get(EventLog).head()).resolves.toBe(before + 1);
  });
});
