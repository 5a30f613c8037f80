/** What is included in an answer asks for a scope of its own. */
import { EventEmitterModule } from '@nestjs/event-emitter';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { LeftfoldModule } from '../../src/runtime/index.js';
import { lineAdded, orderLines, relatedOrders } from '../support/app/order-lines.js';
import { orderContracts } from '../support/app/orders.js';

const feature = {
  contracts: [...orderContracts, lineAdded],
  projections: [relatedOrders, orderLines],
  http: true,
};

async function statusFor(anonymous: readonly string[], path: string): Promise<number> {
  const access = { anonymous };
  const module = await Test.createTestingModule({
    imports: [
      EventEmitterModule.forRoot(),
      LeftfoldModule.forRoot({ store: 'memory:', http: { access } }),
      LeftfoldModule.forFeature(feature),
    ],
  }).compile();
  module.useLogger(false);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { rawBody: true });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  try {
    return (await app.inject({ url: path, headers: { prefer: 'wait=10' } })).statusCode;
  } finally {
    await app.close();
  }
}

const [relation = ''] = Object.keys(relatedOrders.relations);
const both = [`query:${relatedOrders.name}`, `query:${orderLines.name}`];

it('is left out of what those may ask who may not ask for it', async () => {
  const path = `/${relatedOrders.name}?include=${relation}`;
  expect(await statusFor(both.slice(0, 1), `/${relatedOrders.name}`)).toBe(200);
  expect(await statusFor(both.slice(0, 1), path)).toBe(401);
  expect(await statusFor(both, path)).toBe(200);
});
