/** A process is killed at any time while it folds entities: each event counts once afterwards. */
import { Server, ORDERS_APP, TemporaryFolder } from '../support/server.js';

const KILLS = 3;
const ORDERS = 40;
const BATCH = 200;

describe('a process that is killed while it folds entities', () => {
  const folder = new TemporaryFolder();

  afterAll(() => {
    folder.remove();
  });

  it('counts each event once', async () => {
    const environment = { LEFTFOLD_DATA: folder.path, LEFTFOLD_LEASE_SECONDS: '1' };
    const right = new Map<string, { items: number; total: number }>();
    let acknowledged = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const server = await Server.start(environment, ORDERS_APP);
      const appended = append(server, round * 1_000_000, (order, cents, last) => {
        const known = right.get(order) ?? { items: 0, total: 0 };
        right.set(order, { items: known.items + 1, total: known.total + cents });
        acknowledged = last;
      });
      await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 300));
      await server.kill();
      await appended;
    }
    const server = await Server.start(environment, ORDERS_APP);
    try {
      await server.ready();
      const { items } = (await server.json('/orders?limit=1000')) as {
        readonly items: readonly { readonly key: string; readonly items: number; readonly total: string }[];
      };
      // What was recorded is what counts: an append that was not acknowledged may be there, whole.
      const recorded = await recordedIn(server);
      expect(Object.fromEntries(items.map(({ key, ...order }) => [key, [order.items, order.total]]))).toEqual(
        recorded,
      );
      expect(acknowledged).toBeGreaterThan(0);
      for (const [order, { items: least }] of right)
        expect(recorded[order]?.[0]).toBeGreaterThanOrEqual(least);
      const audit = await server.post('/projections/orders/audit', '', { prefer: 'wait=20' });
      const report = (await audit.json()) as object;
      expect(report).toMatchObject({ status: 'done', checked: ORDERS });
      expect(report).not.toHaveProperty('drift');
    } finally {
      await server.stop();
    }
  }, 60_000);

  /** Until the server is gone. */
  async function append(
    server: Server,
    seed: number,
    acknowledged: (order: string, cents: number, last: number) => void,
  ): Promise<void> {
    for (let round = 0; ; round += 1) {
      const added = Array.from({ length: BATCH }, (_, index) => ({
        order: `o${(seed + round * 7 + index) % ORDERS}`,
        cents: (round + index) % 100,
      }));
      const orders = [...new Set(added.map(({ order }) => order))];
      const events = [
        ...orders.map((order) => ({
          type: 'order.opened',
          data: { order, customer: 'Ann' },
          tags: [`order:${order}`],
        })),
        ...added.map((data) => ({ type: 'order.item-added', data, tags: [`order:${data.order}`] })),
      ];
      try {
        const response = await server.post('/events', { events });
        if (response.status !== 201) throw new Error(await response.text());
        const last = Number(response.headers.get('leftfold-position'));
        for (const { order, cents } of added) acknowledged(order, cents, last);
      } catch {
        await server.ended;
        return;
      }
    }
  }

  async function recordedIn(server: Server): Promise<Record<string, readonly [number, string]>> {
    const counted: Record<string, readonly [number, string]> = {};
    for (let after = 0; ;) {
      const page = (await server.json(`/events?type=order.item-added&limit=1000&after=${after}`)) as {
        readonly events: readonly {
          readonly position: number;
          readonly data: { order: string; cents: number };
        }[];
      };
      for (const { data, position } of page.events) {
        const [items, total] = counted[data.order] ?? [0, '0'];
        counted[data.order] = [items + 1, String(Number(total) + data.cents)];
        after = position;
      }
      if (page.events.length === 0) return counted;
    }
  }
});
