/** One projection, in two processes over one log, that stops in both at the same event. */
import { until } from '../support/api.js';
import { AmountsServer } from '../support/amounts-server.js';
import { TemporaryDatabase, describeWithPostgres } from '../support/postgres.js';

describeWithPostgres('a projection that stopped in two processes', () => {
  const [one, other] = [AmountsServer.inEachTest(), AmountsServer.inEachTest()];
  let database: TemporaryDatabase;

  beforeEach(async () => {
    database = await TemporaryDatabase.create();
    for (const each of [one, other]) await each.start('13', { LEFTFOLD_STORE: database.url });
  });

  afterEach(async () => {
    for (const { server } of [one, other]) await server.stop();
    await database.remove();
  });

  it('goes on in both once one was told to skip the event', async () => {
    await one.stopAt3();
    await other.faulted();
    expect((await one.resume({ skip: 3, reason: 'a slip' })).status).toBe(201);
    for (const each of [one, other]) {
      await until(async () => (await each.overview('total')).status === 'following');
      expect(await each.server.json('/total?after=6', { headers: { prefer: 'wait=10' } })).toMatchObject({
        total: 12,
        count: 4,
      });
      expect((await each.overview('careful')).status).toBe('faulted');
    }
    const digests = [await one.overview('total'), await other.overview('total')].map(({ digest }) => digest);
    expect(digests[0]).toBe(digests[1]);
  });
});
