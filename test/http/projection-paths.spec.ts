/** What is served beside projections, and that no projection takes its place. */
import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { totalOf } from '../support/amounts.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { PATHS, RESERVED } from '../../src/runtime/http/kernel/paths.js';

@Module({})
class App {}

@Controller()
class DiaryController {
  @Get('diary')
  diary(): string {
    return 'what was written down';
  }
}

@Module({ controllers: [DiaryController] })
class DiaryModule {}

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

function applicationOf(...modules: NonNullable<DynamicModule['imports']>): Promise<NestFastifyApplication> {
  const runtime = [
    EventEmitterModule.forRoot({ wildcard: true }),
    LeftfoldModule.forRoot({
      store: new MemoryStore(),
      http: { events: true, commits: true, projections: true, operations: true, health: true },
    }),
  ];
  return createHttpApplication(
    { module: App, imports: [...runtime, ...modules] },
    {
      title: 'A test',
      description: 'What is served.',
      version: '0.0.0',
      jsonTypes: [],
      logger: silent,
    },
  );
}

/** The first segments of all paths but `/`, as Fastify draws its tree of them. */
function firstSegments(app: NestFastifyApplication): ReadonlySet<string> {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const above: string[] = [];
  const segments = [...tree.matchAll(/^(.*)[├└]── (\S+)/gm)].map(([, indent = '', part = '']) => {
    const depth = indent.length / 4;
    above.splice(depth, Infinity, part);
    return above.join('').split('/')[1] ?? '';
  });
  return new Set(segments.filter((segment) => segment !== ''));
}

describe('the paths of the runtime', () => {
  it('are those that are reserved, neither more nor fewer, but for that of the monolith', async () => {
    const app = await applicationOf();
    const ofMonolith: string = PATHS.forwarding;
    const served = Object.values(PATHS).filter((path) => path !== ofMonolith);
    expect([...firstSegments(app)].toSorted()).toEqual(served.toSorted());
    for (const path of [...served, ofMonolith]) expect(RESERVED).toContain(path);
    await app.close();
  });

  it('have beside them those of projections', async () => {
    const app = await applicationOf(
      LeftfoldModule.forFeature({ projections: [totalOf('total')], http: true }),
    );
    expect(firstSegments(app)).toContain('total');
    await app.close();
  });
});

describe('a projection with the path of a controller', () => {
  it.each(['before', 'after'])('is refused in words when it comes %s it', async (when) => {
    const both = [DiaryModule, LeftfoldModule.forFeature({ projections: [totalOf('diary')], http: true })];
    await expect(applicationOf(...(when === 'after' ? both : both.toReversed()))).rejects.toThrow(
      "Method 'GET' already declared for route '/diary': two endpoints have one path, so one of them " +
        'needs another; a projection is served under its name',
    );
  });
});
