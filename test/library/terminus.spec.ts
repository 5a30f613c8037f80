/** `LeftfoldHealthIndicator` in a health check of `@nestjs/terminus`. */
import { Controller, Get } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import {
  EventLog,
  LeftfoldHealthIndicator,
  LeftfoldModule,
  MemoryStore,
  type Position,
} from '../../src/runtime/index.js';
import { StoreUnavailable } from '../../src/runtime/event-log/errors.js';
import { add, amountAdded, totalOf } from '../support/amounts.js';
import { until } from '../support/api.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly leftfold: LeftfoldHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.leftfold.isHealthy('leftfold')]);
  }
}

class StoreThatGoesAway extends MemoryStore {
  isAway = false;

  override head(): Promise<Position> {
    return this.isAway ? Promise.reject(new StoreUnavailable()) : super.head();
  }
}

describe('the health indicator', () => {
  let app: NestFastifyApplication;
  let store: StoreThatGoesAway;

  beforeEach(async () => {
    store = new StoreThatGoesAway();
    const module = await Test.createTestingModule({
      imports: [
        TerminusModule.forRoot({ logger: false }),
        LeftfoldModule.forRoot({ store }),
        LeftfoldModule.forFeature({
          contracts: [amountAdded],
          projections: [totalOf('total', (amount) => amount === 13)],
        }),
      ],
      controllers: [HealthController],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
  });

  afterEach(() => app.close());

  const health = async (): Promise<{ readonly status: number; readonly body: HealthCheckResult }> => {
    const answer = await app.inject('/health');
    return { status: answer.statusCode, body: answer.json<HealthCheckResult>() };
  };

  it('is up once every projection follows the log', async () => {
    await add(app.get(EventLog), 5);
    await until(async () => (await health()).status === 200);
    expect((await health()).body.details).toMatchObject({
      leftfold: { status: 'up', projections: { total: { status: 'following' } } },
    });
  });

  it('is down when a projection has stopped, and says where', async () => {
    await add(app.get(EventLog), 5, 13);
    await until(async () => (await health()).body.details['leftfold']?.status === 'down');
    const { status, body } = await health();
    expect(status).toBe(503);
    expect(body.details).toMatchObject({
      leftfold: { status: 'down', projections: { total: { status: 'faulted', position: 1 } } },
    });
  });

  it('is down while the log cannot be reached', async () => {
    await until(async () => (await health()).status === 200);
    store.isAway = true;
    const { status, body } = await health();
    expect(status).toBe(503);
    expect(body.details).toMatchObject({
      leftfold: { status: 'down', log: expect.stringContaining('cannot be reached') as unknown },
    });
    store.isAway = false;
  });
});
