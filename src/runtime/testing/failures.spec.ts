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
import { exampleOf, given, requireFinished } from './index.js';

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

  it('shows the difference once: runners are told not to show another one', async () => {
    const failure = await failureOf(() => deposits.then([]));
    expect(failure).toMatchObject({ showDiff: false });
    expect(Object.keys(failure)).not.toContain('showDiff');
  });

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

describe('requireFinished', () => {
  const hooks: (() => void)[] = [];
  const opened = accountOpened.create({ account: 'a' });
  const scenario = () => given([opened]).when(account, 'a', deposit, { account: 'a', cents: 5 });
  const deposited = moneyDeposited.create({ account: 'a', cents: 5 });
  const afterEachTest = (): void => {
    for (const hook of hooks) hook();
  };
  const failing = (): Error => {
    try {
      afterEachTest();
    } catch (error) {
      return error as Error;
    }
    throw new Error('it passes');
  };

  requireFinished((work) => hooks.push(work));

  it('fails what is begun and not finished, and names it and its place, once', () => {
    given([exampleOf(customerRegistered)]).when(customers, 'c', 'leave', {});
    const { message, stack = '' } = failing();
    expect(message).toMatch(
      /^given customer\.registered, when customers 'c': leave: it was not finished, so it tests nothing: add \.then\(\[ … \]\), .* \(\S*failures\.spec\.ts:\d+:\d+\)$/,
    );
    expect(stack.split('\n').find((line) => line.startsWith('    at '))).toContain('failures.spec.ts');
    expect(afterEachTest).not.toThrow();
  });

  it('fails what is only given', () => {
    given([opened, opened, opened, opened], { contracts });
    expect(failing().message).toMatch(
      /^given account\.opened, account\.opened, account\.opened and 1 more: it was not finished/,
    );
    given([]);
    expect(failing().message).toMatch(/^given no events: it was not finished/);
  });

  it('fails an end that is not awaited', async () => {
    const end = scenario().then([deposited]);
    expect(failing().message).toContain('its end was not awaited: write await before given');
    await end;
  });

  it('passes what is finished, as expected or not', async () => {
    await scenario().then([deposited]);
    await failureOf(() => scenario().then([]));
    await failureOf(async () => {
      await (scenario() as unknown as Promise<void>);
    });
    await given([exampleOf(customerRegistered)]).expectCommands(customers, 'c', ['changeAddress', 'leave']);
    given([opened], { contracts }).expectEvents([opened]);
    given([opened]).expectView(accountList, 'a', { cents: 0 });
    given([opened]).expectEntities(accountList, { a: { cents: 0 } });
    expect(afterEachTest).not.toThrow();
  });

  it('leaves to other tests what was begun before this one, where it is told when tests begin', async () => {
    const begins: (() => void)[] = [];
    requireFinished(
      (work) => hooks.push(work),
      (work) => begins.push(work),
    );
    const shared = given([opened]);
    for (const begin of begins) begin();
    expect(afterEachTest).not.toThrow();
    await shared.when(account, 'a', deposit, { account: 'a', cents: 5 }).then([deposited]);
    expect(afterEachTest).not.toThrow();
  });
});
