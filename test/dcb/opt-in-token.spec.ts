/** A code that is good for one address, once, for an hour. */
import { execute } from '../../src/runtime/command/execute.js';
import type { Commit } from '../../src/runtime/event-log/event.js';
import { allAtOnce, times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { LogInTest } from '../support/log-in-test.js';
import { allEvents } from '../support/reading.js';
import { LIFETIME, confirm, initiate, signUpContracts, signUpDecider } from './sign-ups.js';

describe.each(STORES)('an opt-in token over $name', (kind) => {
  let test: LogInTest;

  beforeEach(async () => {
    test = await LogInTest.open(kind, signUpContracts);
  });

  afterEach(async () => {
    await test.close();
  });

  const initiated = (email: string, code: string): Promise<Commit> =>
    execute(test.log, signUpDecider, { email, code }, initiate, { email, code, name: 'Ann' });
  const confirmed = (email: string, code: string): Promise<Commit> =>
    execute(test.log, signUpDecider, { email, code }, confirm, { email, code, now: test.now });

  it('confirms what was said when it was asked for', async () => {
    await initiated('ann@example.com', '111111');
    await confirmed('ann@example.com', '111111');
    expect((await allEvents(test.log))[1]).toMatchObject({
      type: 'sign-up.confirmed',
      data: { email: 'ann@example.com', code: '111111', name: 'Ann' },
    });
  });

  it('is refused when it was never sent', async () => {
    await expect(confirmed('ann@example.com', '000000')).rejects.toMatchObject({ problem: 'code-unknown' });
  });

  it('is refused with another address than the one that it was sent to', async () => {
    await initiated('ann@example.com', '111111');
    await initiated('bob@example.com', '222222');
    await expect(confirmed('bob@example.com', '111111')).rejects.toMatchObject({ problem: 'code-unknown' });
  });

  it('is refused when it was used before', async () => {
    await initiated('ann@example.com', '111111');
    await confirmed('ann@example.com', '111111');
    await expect(confirmed('ann@example.com', '111111')).rejects.toMatchObject({ problem: 'code-used' });
  });

  it('can be used for an hour, and not longer', async () => {
    await initiated('ann@example.com', '111111');
    await initiated('bob@example.com', '222222');
    test.wait(LIFETIME);
    await confirmed('ann@example.com', '111111');
    test.wait(1);
    await expect(confirmed('bob@example.com', '222222')).rejects.toMatchObject({ problem: 'code-expired' });
  });

  it('is used once when it is sent many times at the same time', async () => {
    await initiated('ann@example.com', '111111');
    const attempts = times(25, () => confirmed('ann@example.com', '111111'));
    await expect(allAtOnce(attempts)).resolves.toEqual({
      succeeded: 1,
      refused: times(24, () => 'code-used'),
    });
  });
});
