/** A process is killed at any time while a read model handles events: each event counts once afterwards. */
import { TemporaryDatabase, hasPostgres } from '../support/postgres.js';
import { SHOP_APP, Server, TemporaryFolder } from '../support/server.js';

const KILLS = 3;
const BATCH = 200;

const PLACES = ['SQLite', ...(hasPostgres ? ['PostgreSQL'] : [])];

describe.each(PLACES)('a process that is killed while a read model in %s handles events', (place) => {
  const folder = new TemporaryFolder();
  let database: TemporaryDatabase | undefined;

  beforeAll(async () => {
    if (place === 'PostgreSQL') database = await TemporaryDatabase.create();
  });

  afterAll(async () => {
    folder.remove();
    await database?.remove();
  });

  it('counts each event once', async () => {
    const environment = {
      LEFTFOLD_DATA: folder.path,
      LEFTFOLD_LEASE_SECONDS: '1',
      ...(database !== undefined && { LEFTFOLD_STORE: database.url }),
    };
    let acknowledged = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const server = await Server.start(environment, SHOP_APP);
      if (round === 0) await server.post('/events', { events: [product] });
      const appended = append(server, round, (sales) => {
        acknowledged += sales;
      });
      await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 300));
      await server.kill();
      await appended;
    }
    const server = await Server.start(environment, SHOP_APP);
    try {
      await server.ready();
      const [report] = (await server.json('/reports/turnover')) as readonly {
        readonly sales: number;
        readonly cents: number;
      }[];
      const recorded = await recordedIn(server);
      expect(report).toMatchObject(recorded);
      expect(acknowledged).toBeGreaterThan(0);
      expect(recorded.sales).toBeGreaterThanOrEqual(acknowledged);
      const audit = await server.post('/projections/turnover/audit', '', { prefer: 'wait=20' });
      const found = (await audit.json()) as object;
      expect(found).toMatchObject({ status: 'done', checked: recorded.sales + 1 });
      expect(found).not.toHaveProperty('drift');
    } finally {
      await server.stop();
    }
  }, 120_000);
});

const product = { type: 'product.listed', data: { product: 'p1', category: 'tea' } };

/** Until the server is gone. */
async function append(server: Server, round: number, acknowledged: (sales: number) => void): Promise<void> {
  for (let batch = 0; ; batch += 1) {
    const events = Array.from({ length: BATCH }, (_, index) => ({
      type: 'sale.made',
      data: { sale: `s${round}-${batch}-${index}`, product: 'p1', cents: (batch + index) % 100 },
    }));
    try {
      const response = await server.post('/events', { events });
      if (response.status !== 201) throw new Error(await response.text());
      acknowledged(BATCH);
    } catch {
      await server.ended;
      return;
    }
  }
}

/** An append that was not acknowledged may be there, whole. */
async function recordedIn(server: Server): Promise<{ readonly sales: number; readonly cents: number }> {
  let [sales, cents] = [0, 0];
  for (let after = 0; ;) {
    const page = (await server.json(`/events?type=sale.made&limit=1000&after=${after}`)) as {
      readonly events: readonly { readonly position: number; readonly data: { readonly cents: number } }[];
    };
    for (const { data, position } of page.events) {
      sales += 1;
      cents += data.cents;
      after = position;
    }
    if (page.events.length === 0) return { sales, cents };
  }
}
