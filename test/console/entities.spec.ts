/** The screens of entities and of contracts in a real browser, over the bank: lists, one account, its past, and commands as forms. */
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, hasBrowser, launchBrowser } from '../support/browser.js';
import { BANK, Server, TemporaryFolder } from '../support/server.js';

const inBrowser = hasBrowser ? describe : describe.skip;

const MARKUP = '<img src=x onerror="window.ran=1"><b>Bob</b>';

inBrowser('entities and contracts', () => {
  const folder = new TemporaryFolder();
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      Server.start({ LEFTFOLD_DATA: folder.path }, BANK),
      launchBrowser(),
    ]);
    for (const [id, owner] of [
      ['ann', 'Ann'],
      ['bob', MARKUP],
    ])
      await server.post('/accounts', { id, owner });
    await server.post('/accounts/ann/deposit', { cents: 1250 });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
    folder.remove();
  });

  const open = async (hash: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${server.url}/console${hash}`);
  };
  const hash = (): Promise<string> => page.evaluate<string>('location.hash');
  const command = (name: string): ReturnType<Page['locator']> =>
    page.locator('details.card', { has: page.locator('summary', { hasText: name }) });

  it('lists what there is, filtered and sorted by the URL, and shows what is new at once', async () => {
    await open('#/entities');
    await page.getByRole('link', { name: 'accounts' }).click();
    await page.getByRole('link', { name: 'cents' }).click();
    await page.getByRole('link', { name: 'cents' }).click();
    await page.getByLabel('Comparison').selectOption('is at least');
    await page.getByLabel('Member').selectOption('cents');
    await page.getByLabel('Value').fill('1');
    await page.getByRole('button', { name: 'Filter' }).click();
    const keys = page.locator('tbody th');
    await keys.filter({ hasText: 'ann' }).waitFor();
    expect(await keys.allInnerTexts()).toEqual(['ann']);
    expect(await hash()).toBe('#/entities/accounts?sort=-cents&filter.cents.gte=1');
    await server.post('/accounts/bob/deposit', { cents: 5000 });
    await keys.filter({ hasText: 'bob' }).waitFor();
    await open(await hash());
    await keys.filter({ hasText: 'ann' }).waitFor();
    expect(await keys.allInnerTexts()).toEqual(['bob', 'ann']);
  });

  it('makes an account by a form, and leads to it', async () => {
    await open('#/entities/accounts?command=open');
    await page.getByLabel('owner').fill('Cyrus');
    await page.getByLabel('id').fill('cy/rus');
    await page.getByRole('button', { name: 'open', exact: true }).click();
    const refusal = page.getByRole('alert');
    await refusal.getByText('Nothing was recorded').waitFor();
    await page.getByLabel('id').fill('cy');
    await page.getByRole('button', { name: 'open', exact: true }).click();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('heading', { name: 'accounts cy' }).waitFor();
  });

  it('carries out a command, and shows the event that it recorded and what it changed', async () => {
    await open('#/entities/accounts/ann?command=withdraw');
    const form = command('withdraw');
    await form.getByLabel('cents').fill('200');
    await form.getByRole('button', { name: 'withdraw' }).click();
    const recorded = form.getByRole('link', { name: 'money.withdrawn' });
    await recorded.waitFor();
    const position = (await recorded.innerText()).split(' ')[0] ?? '';
    expect(await recorded.getAttribute('href')).toBe(`#/log?open=${position}`);
    await page.locator('.steps').getByText('money.withdrawn').waitFor();
    expect(await page.locator('.steps > li').first().innerText()).toMatch(/cents\s+1250\s+1050/);
  });

  it('marks the field that the server refuses, and says why a state does not allow it', async () => {
    await open('#/entities/accounts/ann?command=withdraw');
    const form = command('withdraw');
    const cents = form.getByLabel('cents');
    await cents.fill('-5');
    await form.getByRole('button', { name: 'withdraw' }).click();
    await form.getByRole('alert').waitFor();
    expect(await cents.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.value')).toBe('-5');
    await cents.fill('999999');
    await form.getByRole('button', { name: 'withdraw' }).click();
    await form.getByText('Account ann holds 1050 cents.').waitFor();
    expect(await cents.getAttribute('aria-invalid')).toBeNull();
  });

  it('takes JSON as well, and decisions about several subjects', async () => {
    await open('#/entities?decide=transfers&as=json');
    await page.getByLabel('input').fill('{"from": "bob", "to": "ann", "cents": 50}');
    await page.getByRole('button', { name: 'transfers' }).click();
    await page.getByText('Recorded 2 events.').waitFor();
  });

  it('shows what happens elsewhere without being loaded again', async () => {
    await open('#/entities/accounts/cy');
    await page.getByText('account.opened').waitFor();
    await server.post('/accounts/cy/close', {});
    await page.locator('.badge', { hasText: 'closed' }).waitFor();
    await page.getByText('account.closed').waitFor();
    await page.getByText('Nothing: its state allows no command.').waitFor();
  });

  it('restores what was opened, and shows markup in events as the text that it is', async () => {
    await open('#/entities/accounts/bob?open=2');
    await page.locator('details[open]').getByText('What was recorded').waitFor();
    await page.locator('.facts').getByText(MARKUP).waitFor();
    expect(await page.evaluate('[window.ran, document.querySelectorAll("main img, main b").length]')).toEqual(
      [undefined, 0],
    );
    await open('#/entities/accounts');
    await page.locator('td', { hasText: MARKUP }).waitFor();
    expect(await page.evaluate('window.ran')).toBeUndefined();
  });

  it('finds contracts, opens one, and draws who records and who consumes it', async () => {
    await open('#/contracts');
    await page.getByLabel('Find').fill('transfers');
    await page.getByRole('link', { name: 'money.withdrawn' }).click();
    await page.getByRole('heading', { name: 'money.withdrawn' }).waitFor();
    const members = page.locator('tbody th');
    await members.first().waitFor();
    expect(await members.allInnerTexts()).toEqual(['account', 'cents']);
    await page.getByText('the last one at').waitFor();
    await open('#/contracts?map=1');
    const decider = page.locator('.map a[href="#/entities/account"]');
    await decider.focus();
    await page.locator('.map .edge.marked').first().waitFor();
    expect(await page.locator('.map .lit-up .title').allInnerTexts()).not.toContain('accounts');
    await decider.press('Enter');
    await page.getByRole('heading', { name: 'accounts' }).waitFor();
  });

  it('says so where the application does not serve its model', async () => {
    const problem = { status: 404, title: 'Nothing here', detail: 'There is nothing at /model.' };
    await page.route('**/model', (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', json: problem }),
    );
    await open('#/contracts');
    await page.getByText('This application does not serve its model').waitFor();
    await open('#/entities/accounts');
    await page.getByText('This application does not serve its model').waitFor();
    await page.unroute('**/model');
  });

  it.each(['light', 'dark'] as const)(
    'keeps nobody out, in %s and on a narrow screen',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 800 });
      for (const [at, shown] of [
        ['#/entities?decide=transfers', 'transfers'],
        ['#/entities/accounts?command=open', 'makes a new one'],
        ['#/entities/accounts/ann?command=withdraw&open=1', 'What was recorded'],
        ['#/contracts?map=1', 'entity projection accounts'],
        ['#/contracts/money.withdrawn', 'Examples'],
      ] as const) {
        await open(at);
        await page.getByText(shown).locator('visible=true').first().waitFor();
        expect([at, await accessibilityFaults(page)]).toEqual([at, []]);
        expect([at, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([
          at,
          true,
        ]);
      }
    },
  );
});
