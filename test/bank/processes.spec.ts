/** Two processes of the bank over one log: neither decides on a state that the other has changed since. */
import { describeWithPostgres } from '../support/postgres.js';
import { BANK, TemporaryFolder, type Server } from '../support/server.js';
import { twoOverLogServer, twoOverPostgres, type TwoProcesses } from '../support/two-processes.js';

interface Account {
  readonly state: string;
  readonly cents: number;
}

/** @param open starts them on a log that is new */
function specifyProcesses(open: (folder: string) => Promise<TwoProcesses>): void {
  const folder = new TemporaryFolder();
  let servers: readonly [Server, Server];
  let close: () => Promise<void>;
  let here: Server;
  let there: Server;

  beforeAll(async () => {
    ({ servers, close } = await open(folder.path));
    [here, there] = servers;
  }, 60_000);

  afterAll(async () => {
    await close();
    folder.remove();
  });

  const account = async (server: Server, id: string): Promise<Account> =>
    (await server.json(`/accounts/${id}`)) as Account;

  it('decide each on what the other has recorded in between', async () => {
    const statuses: number[] = [];
    const send = async (server: Server, command: string, body: object): Promise<void> => {
      const { status } = await server.post(`/accounts/a/${command}`, body);
      statuses.push(status);
    };
    await send(here, 'open', { owner: 'Ann' });
    await send(here, 'deposit', { cents: 5 }); // here has the state 5
    await send(there, 'withdraw', { cents: 5 });
    await send(here, 'withdraw', { cents: 5 }); // with a stale state it would be allowed
    await send(there, 'deposit', { cents: 5 });
    await send(here, 'close', {}); // with a stale state, too
    await send(here, 'withdraw', { cents: 5 }); // and this one would be refused
    await send(there, 'close', {});
    await send(here, 'deposit', { cents: 5 });
    expect(statuses).toEqual([201, 201, 201, 409, 201, 409, 201, 201, 409]);
    for (const server of servers)
      expect(await account(server, 'a')).toMatchObject({ state: 'closed', cents: 0 });
  });

  it('withdraw at the same time no more than there is', async () => {
    await here.post('/accounts', { id: 'b', owner: 'Bob' });
    await there.post('/accounts/b/deposit', { cents: 20 });
    const withdrawn = await Promise.all(
      Array.from({ length: 40 }, async (_, nth) => {
        const { status } = await (nth % 2 === 0 ? here : there).post('/accounts/b/withdraw', { cents: 1 });
        return status;
      }),
    );
    expect(withdrawn.filter((status) => status === 201)).toHaveLength(20);
    expect(withdrawn.filter((status) => status === 409)).toHaveLength(20);
    for (const server of servers) expect((await account(server, 'b')).cents).toBe(0);
  });

  it('list the same balances, whose sum is the money that was paid in', async () => {
    await here.post('/accounts', { id: 'c', owner: 'Cy' });
    await there.post('/accounts/c/deposit', { cents: 30 });
    await there.post('/accounts', { id: 'd', owner: 'Di' });
    await Promise.all(servers.map((server) => server.post('/transfers', { from: 'c', to: 'd', cents: 7 })));
    const { headers } = await here.fetch('/accounts/d');
    const url = `/accounts?after=${headers.get('leftfold-position') ?? ''}&state=open&sort=-cents&fields=cents`;
    for (const server of servers) {
      const { items } = (await server.json(url, { headers: { prefer: 'wait=30' } })) as { items: object[] };
      expect(items).toMatchObject([
        { key: 'c', cents: 16 },
        { key: 'd', cents: 14 },
        { key: 'b', cents: 0 },
      ]);
    }
  });
}

describe('two processes over one log server', () => {
  specifyProcesses((folder) => twoOverLogServer(folder, BANK, 'bank'));
});

describeWithPostgres('two processes over PostgreSQL', () => {
  specifyProcesses((folder) => twoOverPostgres(folder, BANK));
});
