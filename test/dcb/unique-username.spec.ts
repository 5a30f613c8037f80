/** A name that one account at a time can have, in the whole log. */
import { execute } from '../../src/runtime/command/execute.js';
import type { Commit } from '../../src/runtime/event-log/event.js';
import { allAtOnce, times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { LogInTest } from '../support/log-in-test.js';
import { allEvents } from '../support/reading.js';
import {
  REST,
  claim,
  release,
  rename,
  renamingDecider,
  usernameContracts,
  usernameDecider,
} from './usernames.js';

const TAKEN = { problem: 'username-taken' };
const NOT_YOURS = { problem: 'username-not-yours' };

describe.each(STORES)('a unique username over $name', (kind) => {
  let test: LogInTest;

  beforeEach(async () => {
    test = await LogInTest.open(kind, usernameContracts);
  });

  afterEach(async () => {
    await test.close();
  });

  const claimed = (username: string, account: string): Promise<Commit> =>
    execute(test.log, usernameDecider, username, claim, { username, account, now: test.now });
  const released = (username: string, account: string): Promise<Commit> =>
    execute(test.log, usernameDecider, username, release, { username, account });
  const renamed = (from: string, to: string, account: string): Promise<Commit> =>
    execute(test.log, renamingDecider, { from, to }, rename, { from, to, account, now: test.now });

  /** What happened to which name, in the order of the log. */
  const history = async (): Promise<readonly string[]> =>
    (await allEvents(test.log)).map(
      ({ type, data }) => `${(data as { readonly username: string }).username} ${type.split('.')[1] ?? ''}`,
    );

  it('can be claimed when nobody has it', async () => {
    await claimed('ann', 'a1');
    await claimed('bob', 'a2');
    expect(await history()).toEqual(['ann claimed', 'bob claimed']);
  });

  it('cannot be claimed when somebody has it, in whatever case it is written', async () => {
    await claimed('Ann', 'a1');
    await expect(claimed('ann', 'a2')).rejects.toMatchObject(TAKEN);
    await expect(claimed('ANN', 'a1')).rejects.toMatchObject(TAKEN);
  });

  it('is one account’s when many claim it at the same time', async () => {
    const attempts = times(25, (index) => claimed('ann', `a${index}`));
    await expect(allAtOnce(attempts)).resolves.toEqual({
      succeeded: 1,
      refused: times(24, () => TAKEN.problem),
    });
  });

  describe('that was given up', () => {
    beforeEach(async () => {
      await claimed('ann', 'a1');
      test.wait(REST);
      await released('ann', 'a1');
    });

    it('rests for a while, also from who had it', async () => {
      test.wait(REST - 1);
      await expect(claimed('ann', 'a2')).rejects.toMatchObject(TAKEN);
      await expect(claimed('ann', 'a1')).rejects.toMatchObject(TAKEN);
    });

    it('can be claimed after that', async () => {
      test.wait(REST);
      await claimed('ann', 'a2');
      await expect(claimed('ann', 'a3')).rejects.toMatchObject(TAKEN);
    });

    it('is one account’s when many have waited for it', async () => {
      test.wait(REST);
      const attempts = times(10, (index) => claimed('ann', `a${index}`));
      await expect(allAtOnce(attempts)).resolves.toMatchObject({ succeeded: 1 });
    });

    it('cannot be given up again', async () => {
      await expect(released('ann', 'a1')).rejects.toMatchObject(NOT_YOURS);
    });
  });

  it('cannot be given up by another account', async () => {
    await claimed('ann', 'a1');
    await expect(released('ann', 'a2')).rejects.toMatchObject(NOT_YOURS);
  });

  describe('that is changed', () => {
    beforeEach(async () => {
      await claimed('ann', 'a1');
    });

    it('rests, and the new one is taken, in one commit', async () => {
      await expect(renamed('ann', 'anna', 'a1')).resolves.toMatchObject({ first: 2, last: 3 });
      expect(await history()).toEqual(['ann claimed', 'ann released', 'anna claimed']);
      await expect(claimed('ann', 'a2')).rejects.toMatchObject(TAKEN);
      await expect(claimed('anna', 'a2')).rejects.toMatchObject(TAKEN);
      test.wait(REST);
      await claimed('ann', 'a2');
    });

    it('stays as it is when the new one is taken, or rests', async () => {
      await claimed('bob', 'a2');
      await expect(renamed('ann', 'bob', 'a1')).rejects.toMatchObject(TAKEN);
      await released('bob', 'a2');
      await expect(renamed('ann', 'bob', 'a1')).rejects.toMatchObject(TAKEN);
      expect(await history()).toEqual(['ann claimed', 'bob claimed', 'bob released']);
    });

    it('stays as it is when it is another account’s, or nobody’s', async () => {
      await expect(renamed('ann', 'bob', 'a2')).rejects.toMatchObject(NOT_YOURS);
      await expect(renamed('nobody', 'bob', 'a1')).rejects.toMatchObject(NOT_YOURS);
    });

    it('is changed to one name when it is changed to many at the same time', async () => {
      const attempts = times(10, (index) => renamed('ann', `anna ${index}`, 'a1'));
      await expect(allAtOnce(attempts)).resolves.toEqual({
        succeeded: 1,
        refused: times(9, () => NOT_YOURS.problem),
      });
    });

    it('is not changed to one that another account claims at the same time, or that one loses', async () => {
      const attempts = [...times(5, () => renamed('ann', 'bob', 'a1')), claimed('bob', 'a2')];
      await expect(allAtOnce(attempts)).resolves.toMatchObject({ succeeded: 1 });
      expect((await history()).filter((each) => each === 'bob claimed')).toHaveLength(1);
    });
  });
});
