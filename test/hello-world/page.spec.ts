/** The page of the hello world, in a real browser, with the built program. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, hasBrowser, launchBrowser } from '../support/browser.js';
import { PROGRAM, Server, TemporaryFolder, type Environment } from '../support/server.js';
import { freePort } from '../support/readme.js';
import { until } from '../support/api.js';

const inBrowser = hasBrowser ? describe : describe.skip;

const folder = new TemporaryFolder();
let environment: Environment;
let server: Server;

beforeAll(async () => {
  environment = { LEFTFOLD_DATA: folder.path, PORT: String(await freePort()) };
  server = await Server.start(environment, PROGRAM);
  await server.ready();
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

const record = (...values: readonly string[]): Promise<Response> =>
  server.fetch('/numbers', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(values),
  });

const html = { headers: { accept: 'text/html' } };

describe('what is served', () => {
  it('is the page, which runs its own modules and no other script', async () => {
    const response = await server.fetch('/', html);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self' 'sha256-[\w+/=]+'; connect-src 'self';/,
    );
    expect(await response.text()).toContain('<title>Leftfold: the sum and the product</title>');
    expect((await server.fetch('/')).headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('are the modules that the page loads, with entity tags, and no other file', async () => {
    const path = '/_page/modules/contexts/sum/sum.machine.js';
    const response = await server.fetch(path);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await server.fetch(path, { headers })).status).toBe(304);
    for (const other of [
      'modules/main.js',
      'modules/contexts/sum/sum.module.js',
      'modules/contexts/sum/sum.machine.js.map',
      'modules/..%2f..%2fpackage.json',
      'packages/xstate/package.json',
      '',
    ])
      expect([other, (await server.fetch(`/_page/${other}`)).status]).toEqual([other, 404]);
  });
});

inBrowser('the page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  const opened = async (): Promise<Page> => {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => faults.push(error.message));
    await tab.goto(server.url);
    await shows(tab, '#message', /Type a number/);
    return tab;
  };

  const textOf = async (tab: Page, selector: string): Promise<string> =>
    (await tab.textContent(selector)) ?? '';

  /** Asked from here: the page's policy lets it evaluate no text. */
  const shows = (tab: Page, selector: string, text: string | RegExp): Promise<void> =>
    until(async () => {
      const shown = await textOf(tab, selector);
      return typeof text === 'string' ? shown === text : text.test(shown);
    });

  const type = async (tab: Page, value: string): Promise<void> => {
    await tab.fill('#number', value);
    await tab.press('#number', 'Enter');
  };

  const values = async (tab: Page): Promise<readonly string[]> => [
    await textOf(tab, '#sum .value'),
    await textOf(tab, '#product .value'),
  ];

  beforeEach(async () => {
    faults = [];
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });

  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });

  it('shows both states change at once, and another window sees what was recorded', async () => {
    await record('5');
    page = await opened();
    const other = await opened();
    await shows(page, '#sum .value', '5');
    let send: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      send = resolve;
    });
    await page.route('**/numbers', async (route) => {
      await held;
      await route.continue();
    });
    await type(page, '7');
    await shows(page, '#sum .value', '12');
    expect(await values(page)).toEqual(['12', '35']);
    expect(await page.getAttribute('#sum', 'data-status')).toBe('pending');
    expect(await textOf(page, '#log li')).toContain('pending');
    expect(await values(other)).toEqual(['5', '5']);
    send();
    await shows(page, '#message', 'Recorded at position 2.');
    await shows(other, '#sum .value', '12');
    await shows(other, '#product .value', '35');
    await page.waitForSelector("#sum[data-status='recorded']");
  });

  it('retracts, by keyboard too', async () => {
    page = await opened();
    await shows(page, '#sum .value', '12');
    await page.focus('button[aria-label="Retract #2"]');
    await page.keyboard.press('Enter');
    await shows(page, '#sum .value', '5');
    await shows(page, '#message', '#2 was retracted, at position 3.');
    await page.waitForSelector("li[data-status='retracted']");
    expect(await page.evaluate('document.activeElement.dataset.number')).toBe('1');
  });

  it('slides through the past', async () => {
    page = await opened();
    await page.waitForSelector('#log li');
    await page.focus('#position');
    await page.keyboard.press('ArrowLeft');
    await shows(page, '#sum .value', '12');
    expect(await textOf(page, '#sum .about')).toBe('counting, of 2 numbers, as of 2');
    await record('100');
    await shows(page, '#log li .position', '#4');
    expect(await values(page)).toEqual(['12', '35']);
    await page.click('#now');
    await shows(page, '#sum .value', '105');
  });

  it('goes on when the server was stopped and started again, with what was typed in between', async () => {
    page = await opened();
    await shows(page, '#sum .value', '105');
    await server.stop();
    await type(page, '-5');
    await shows(page, '#sum .value', '100');
    server = await Server.start(environment, PROGRAM);
    await server.ready();
    await shows(page, '#message', 'Recorded at position 5.');
    await page.waitForSelector("#sum[data-status='recorded']");
    expect(await values(page)).toEqual(['100', '-2500']);
  });

  it('says what is no number, and records nothing', async () => {
    page = await opened();
    await type(page, '1.5');
    await shows(page, '#message', /^A number is an integer of at most 1,000 digits/);
    expect(await page.inputValue('#number')).toBe('1.5');
    await type(page, '9'.repeat(1001));
    await shows(page, '#message', /^A number is an integer/);
    expect(await (await server.fetch('/sum')).json()).toMatchObject({ value: '100' });
  });

  it('asks for another key where the one that was typed cannot be sent', async () => {
    await context.addInitScript("sessionStorage.setItem('leftfold-key', 'ключ')");
    page = await context.newPage();
    await page.goto(server.url);
    await page.waitForSelector('#key', { state: 'visible' });
  });

  it('shows what is in events as text', async () => {
    const reason = '<img src=x onerror="document.title = 1"><b>bold</b>';
    await server.fetch('/numbers/4/retraction', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    });
    page = await opened();
    await shows(page, '#sum .value', '0');
    expect(await textOf(page, '#log li .what')).toContain(reason);
    expect(await page.$$('#log img, #log b')).toEqual([]);
    expect(await page.title()).toBe('Leftfold: the sum and the product');
  });

  it.each(['light', 'dark'] as const)('keeps nobody out: %s, and on a phone', async (colorScheme) => {
    page = await opened();
    await page.emulateMedia({ colorScheme });
    await page.waitForSelector('#log li button');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await type(page, '9'.repeat(1000));
    await shows(page, '#sum .value', /1,00\d digits/);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
