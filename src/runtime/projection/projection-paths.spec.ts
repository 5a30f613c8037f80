/** What is served beside projections, and that no projection takes its place. */
import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { totalOf } from '../../../test/support/amounts.js';
import { EventLogModule } from '../event-log/event-log.module.js';
import { MemoryStore } from '../stores/memory.store.js';
import { createHttpApplication } from '../../apps/http-application.js';
import { RESERVED } from '../http/kernel/paths.js';
import { ProjectionModule } from './projection.module.js';
import { NoSnapshots } from './snapshots/snapshot-store.js';

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
    EventLogModule.forRoot(new MemoryStore()),
    ProjectionModule.forRoot({ pace: { every: 1000 }, snapshotsOf: () => new NoSnapshots() }),
  ];
  return createHttpApplication(
    { module: App, imports: [...runtime, ...modules] },
    {
      title: 'A test',
      description: 'What is served.',
      version: '0.0.0',
      jsonTypes: [],
      logger: silent,
      problemHeaders: () => Promise.resolve({}),
    },
  );
}

/** The first segments of all paths, as Fastify draws its tree of them. */
function firstSegments(app: NestFastifyApplication): ReadonlySet<string> {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const above: string[] = [];
  const segments = [...tree.matchAll(/^(.*)[├└]── (\S+)/gm)].map(([, indent = '', part = '']) => {
    const depth = indent.length / 4;
    above.splice(depth, Infinity, part);
    return above.join('').split('/')[1] ?? '';
  });
  return new Set(segments);
}

describe('the paths of the runtime', () => {
  it('are those that are reserved, neither more nor fewer', async () => {
    const app = await applicationOf();
    expect([...firstSegments(app)].toSorted()).toEqual([...RESERVED].toSorted());
    await app.close();
  });

  it('have beside them those of projections', async () => {
    const app = await applicationOf(ProjectionModule.forFeature(totalOf('total')));
    expect(firstSegments(app)).toContain('total');
    await app.close();
  });
});

describe('a projection with the path of a controller', () => {
  it.each(['before', 'after'])('is refused in words when it comes %s it', async (when) => {
    const both = [DiaryModule, ProjectionModule.forFeature(totalOf('diary'))];
    await expect(applicationOf(...(when === 'after' ? both : both.toReversed()))).rejects.toThrow(
      "Method 'GET' already declared for route '/diary': two endpoints have one path, so one of them " +
        'needs another; a projection is served under its name',
    );
  });
});
