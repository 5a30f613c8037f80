/** A form that is sent twice is one order: the second one is refused, or gets the first one's answer. */
import { execute } from '../../src/runtime/command/execute.js';
import { commitId, type Commit } from '../../src/runtime/event-log/event.js';
import { allAtOnce, times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { LogInTest } from '../support/log-in-test.js';
import { orderPlaced, placeOrder, tokenDecider } from './orders.js';

describe.each(STORES)('double submission over $name', (kind) => {
  let test: LogInTest;

  beforeEach(async () => {
    test = await LogInTest.open(kind, [orderPlaced]);
  });

  afterEach(async () => {
    await test.close();
  });

  /** The order's own id is made on the server, so it is another one each time. */
  const placed = (order: string, token: string): Promise<Commit> =>
    execute(test.log, tokenDecider, token, placeOrder, { order, token });

  it('is refused under the same token', async () => {
    await placed('o1', 't1');
    await expect(placed('o2', 't1')).rejects.toMatchObject({ problem: 'order-placed' });
    await expect(test.log.head()).resolves.toBe(1);
  });

  it('is not what another token is', async () => {
    await placed('o1', 't1');
    await expect(placed('o2', 't2')).resolves.toMatchObject({ first: 2 });
  });

  it('is refused at the same time, too', async () => {
    const attempts = times(25, (index) => placed(`o${index}`, 't1'));
    await expect(allAtOnce(attempts)).resolves.toEqual({
      succeeded: 1,
      refused: times(24, () => 'order-placed'),
    });
    await expect(test.log.head()).resolves.toBe(1);
  });

  it('is answered as the first time where the token is the commit id, at the same time and later', async () => {
    const submit = (): Promise<Commit> =>
      execute(
        test.log,
        tokenDecider,
        't1',
        placeOrder,
        { order: 'o1', token: 't1' },
        { commitId: commitId('t1') },
      );
    const answers = await Promise.all(times(25, submit));
    expect(new Set(answers.map(({ first }) => first))).toEqual(new Set([1]));
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    await expect(submit()).resolves.toMatchObject({ first: 1, repeated: true });
    await expect(test.log.head()).resolves.toBe(1);
  });
});
