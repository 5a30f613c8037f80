/** What a failed expectation gives to the test runner, which makes a display of its own: two sides, and where the test failed. */
import { customerRegistered, customers } from '../../../test/guides/commands/customers.js';
import {
  account,
  accountMachine,
  accountOpened,
  contracts,
  deposit,
  moneyDeposited,
} from '../../../test/guides/write-side/accounts.js';
import { defineEntityProjection } from '../projection/entities/define-entity-projection.js';
import { exampleOf, given } from './index.js';

const accountList = defineEntityProjection({
  name: 'account-list',
  machine: accountMachine,
  consumes: contracts,
  key: ({ data }) => data.account,
  view: ({ context }) => ({ cents: context.cents }),
});

interface Failure {
  readonly actual: string;
  readonly expected: string;
  readonly stack: string;
}

async function failureOf(work: () => void | Promise<void>): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    return error as Failure;
  }
  throw new Error('it was as expected');
}

describe('what fails', () => {
  const opened = accountOpened.create({ account: 'a' });
  const deposits = given([opened]).when(account, 'a', deposit, { account: 'a', cents: 5 });

  it('has tags on both sides only where the test asks for some', async () => {
    const { actual, expected } = await failureOf(() =>
      deposits.then([moneyDeposited.create({ account: 'a', cents: 6 })]),
    );
    expect(expected).toBe("money.deposited { account: 'a', cents: 6 }");
    expect(actual).toBe("money.deposited { account: 'a', cents: 5 }");
  });

  it.each<[string, () => void | Promise<void>]>([
    [
      'then',
      async () => {
        await deposits.then([]);
      },
    ],
    [
      'expectCommands',
      async () => {
        await given([exampleOf(customerRegistered)]).expectCommands(customers, 'c', ['register']);
      },
    ],
    [
      'expectEvents',
      () => {
        given([opened], { contracts }).expectEvents([]);
      },
    ],
    [
      'expectView',
      () => {
        given([opened]).expectView(accountList, 'a', undefined);
      },
    ],
    [
      'expectEntities',
      () => {
        given([opened]).expectEntities(accountList, {});
      },
    ],
  ])('begins its stack where the test calls %s', async (_, failing) => {
    const { stack } = await failureOf(failing);
    const [first] = stack.split('\n').filter((line) => /^ {4}at (?!.*node:internal)/.test(line));
    expect(first).toContain('failures.spec.ts');
  });
});
