/** `leftfold/client` while the program it talks to is stopped, killed and started again over the same folder. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { numberDecider } from '../../../src/contexts/numbers/number.decider.js';
import type { numberRecorded } from '../../../src/contexts/numbers/numbers.events.js';
import type { sum } from '../../../src/contexts/sum/sum.projection.js';
import { createClient, type Client } from '../../../src/runtime/client/index.js';
import { until } from '../../support/api.js';
import { PROGRAM, Server, TemporaryFolder } from '../../support/server.js';

interface HelloWorld {
  readonly deciders: { readonly numbers: typeof numberDecider };
  readonly projections: { readonly sum: typeof sum };
  readonly events: typeof numberRecorded;
}

/** How many numbers are recorded in each life of the program. */
const NUMBERS = 20;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.each([{ push: true }, { push: false, pollMs: 20 }])('a client, %j', (watch) => {
  const folder = new TemporaryFolder();
  let server: Server;
  let start: () => Promise<Server>;
  let client: Client<HelloWorld>;

  beforeEach(async () => {
    const port = String(await freePort());
    start = () => Server.start({ LEFTFOLD_DATA: folder.path, PORT: port }, PROGRAM);
    server = await start();
    client = createClient<HelloWorld>({
      url: server.url,
      retry: { minPauseMs: 10, maxPauseMs: 100, attempts: 100 },
      watch,
    });
  });

  afterEach(async () => {
    await server.kill();
    folder.remove();
  });

  it('misses nothing and gets nothing twice, and each of its commands is carried out once', async () => {
    const positions: number[] = [];
    const sums: string[] = [];
    const failures: unknown[] = [];
    const error = (thrown: unknown): unknown => failures.push(thrown);
    const subscriptions = [
      client.events().subscribe({ next: ({ position }) => positions.push(position), error }),
      client
        .projection('sum')
        .watch()
        .subscribe({ next: ({ value }) => sums.push(value), error }),
    ];
    const numbers = client.decider('numbers');
    const record = async (): Promise<void> => {
      for (let count = 0; count < NUMBERS; count++) await numbers.create({ value: '1' });
    };

    await record();
    for (const end of [() => server.stop(), () => server.kill()]) {
      const recorded = record(); // commands are sent while it is away
      await end();
      server = await start();
      await recorded;
    }

    const total = 3 * NUMBERS;
    await until(() => positions.length >= total && sums.at(-1) === String(total));
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(positions).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    const asNumbers = sums.map(Number);
    expect(asNumbers).toEqual([...new Set(asNumbers)].toSorted((one, other) => one - other));
    expect(failures).toEqual([]);
  });
});
