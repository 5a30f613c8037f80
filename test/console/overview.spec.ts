/** The overview and the integrity of the log in a real browser, and what the console does when the server is away or asks who looks at it. */
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, hasBrowser, launchBrowser } from '../support/browser.js';
import { writeKeys } from '../support/api-keys.js';
import { freePort } from '../support/readme.js';
import { Server, TemporaryFolder, type Environment } from '../support/server.js';

const inBrowser = hasBrowser ? describe : describe.skip;
const FIVE_SECONDS = { timeout: 15_000 };

inBrowser('the console', () => {
  const folder = new TemporaryFolder();
  const faults: string[] = [];
  let environment: Environment;
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    environment = {
      LEFTFOLD_DATA: folder.path,
      LEFTFOLD_ENVIRONMENT: '<b>staging</b>',
      PORT: String(await freePort()),
    };
    [server, browser] = await Promise.all([Server.start(environment), launchBrowser()]);
    await server.ready();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await server.stop();
    folder.remove();
  });

  afterEach(() => {
    expect(faults.splice(0)).toEqual([]);
  });

  async function opened(hash: string, url = server.url): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${url}/console${hash}`);
    return page;
  }

  it('shows the head, the projections, and a change without being loaded again', async () => {
    await server.post('/entries', { value: 5 });
    const page = await opened('#/');
    await page.getByTestId('head').getByText('1', { exact: true }).waitFor(FIVE_SECONDS);
    await page.getByText('following').first().waitFor(FIVE_SECONDS);
    expect(await page.getByRole('link', { name: 'balance' }).getAttribute('href')).toBe(
      '#/projections/balance',
    );
    await server.post('/entries', { value: 6 });
    await page.getByTestId('head').getByText('2', { exact: true }).waitFor(FIVE_SECONDS);
    expect(await page.title()).toBe('Overview – Leftfold (<b>staging</b>)');
    await page.close();
  });

  it('names the environment on every screen, as text', async () => {
    const page = await opened('#/integrity');
    await page.getByText('<b>staging</b>', { exact: true }).waitFor(FIVE_SECONDS);
    await page.close();
  });

  it('verifies the log when that is confirmed, and tells the hash of its head', async () => {
    const page = await opened('#/integrity');
    await page.getByText('It was not verified since this process has started.').waitFor(FIVE_SECONDS);
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
    expect(await (await server.fetch('/verification')).json()).toEqual({ status: 'never' });
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText('2 commits with 2 events are as they were recorded').waitFor(FIVE_SECONDS);
    const { result } = (await server.json('/verification')) as { readonly result: { readonly hash: string } };
    const storage = (await server.json('/storage')) as { readonly log: { readonly hash: string } };
    expect(storage.log.hash).toBe(result.hash);
    expect(await page.getByText(result.hash).count()).toBe(2);
    await page.close();
  });

  it('shows what it knew while the server is away, says so, and goes on', async () => {
    const page = await opened('#/');
    await page.getByTestId('head').waitFor(FIVE_SECONDS);
    await server.stop();
    await page.getByText('The server does not answer.').waitFor(FIVE_SECONDS);
    expect(await page.getByTestId('head').textContent()).toBe('2');
    server = await Server.start(environment);
    await server.post('/entries', { value: 7 });
    await page.getByTestId('head').getByText('3', { exact: true }).waitFor(FIVE_SECONDS);
    await page.getByText('The server does not answer.').waitFor({ state: 'hidden', ...FIVE_SECONDS });
    await page.close();
  }, 60_000);

  it('says that there is no such screen', async () => {
    const page = await opened('#/nowhere/<i>x</i>');
    await page.getByRole('alert').getByText('The console has no').waitFor(FIVE_SECONDS);
    await page.close();
  });

  it.each(['#/', '#/integrity'])('keeps nobody out, in light and dark and on a phone: %s', async (hash) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await opened(hash);
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 800 });
      await page.getByRole('heading', { level: 1 }).waitFor(FIVE_SECONDS);
      await page.getByRole('table').first().waitFor(FIVE_SECONDS);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await page.close();
    }
  });

  it('asks for a key where the server does, and forgets it with the tab', async () => {
    const keys = join(folder.path, 'asked-keys.json');
    const { operator } = writeKeys(keys, { operator: { scopes: ['operate', 'events:read', 'query:*'] } });
    const asking = await Server.start({
      LEFTFOLD_DATA: join(folder.path, 'asked'),
      LEFTFOLD_KEYS: keys,
      LEFTFOLD_ANONYMOUS: 'none',
    });
    try {
      const page = await opened('#/', asking.url);
      await page.getByLabel('Key').fill('lf_wrong');
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByText('It does not take the one that was given.').waitFor(FIVE_SECONDS);
      await page.getByLabel('Key').fill(operator);
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByTestId('head').getByText('0', { exact: true }).waitFor(FIVE_SECONDS);
      const other = await opened('#/', asking.url);
      await other.getByLabel('Key').waitFor(FIVE_SECONDS);
      await other.close();
      await page.close();
    } finally {
      await asking.stop();
    }
  }, 60_000);
});
