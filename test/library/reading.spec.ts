/** A controller of an application's own that answers from a projection. */
import { Controller, Get, Query, UseFilters } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ProblemFilter } from '../../src/runtime/http/index.js';
import { EventLog, InjectProjection, LeftfoldModule, Projection, position } from '../../src/runtime/index.js';
import { add, amountAdded, totalOf, type TotalContext } from '../support/amounts.js';

const total = totalOf('total');

@Controller('average')
@UseFilters(ProblemFilter)
class AverageController {
  constructor(@InjectProjection(total) private readonly total: Projection<TotalContext>) {}

  @Get()
  async average(@Query('after') after = '0'): Promise<{ average: number; position: number }> {
    await this.total.reached(position(Number(after)), AbortSignal.timeout(5000));
    const { context } = this.total.state;
    return { average: context.total / context.count, position: this.total.position };
  }
}

describe('a controller that answers from a projection', () => {
  it('reads its own write, with the types of the state', async () => {
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: 'memory:' }),
        LeftfoldModule.forFeature({ contracts: [amountAdded], projections: [total] }),
      ],
      controllers: [AverageController],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
    const { last } = await add(app.get(EventLog), 2, 4);
    const answer = await app.inject(`/average?after=${last}`);
    expect([answer.statusCode, answer.json()]).toEqual([200, { average: 3, position: 2 }]);
    await app.close();
  });
});
