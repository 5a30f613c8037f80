/** The log in the console, in a browser: a million events, new ones, filters, and one opened. */
import type { Browser, Page } from 'playwright-core';
import { commitId, tag, type Metadata, type NewCommit } from '../../src/runtime/event-log/event.js';
import { until } from '../support/api.js';
import { accessibilityFaults, hasBrowser, launchBrowser } from '../support/browser.js';
import { LongLog, timeOf } from '../support/long-log.js';
import { parcelInsured, parcelSent } from '../support/parcels.js';
import { serveLog, type ServedLog } from '../support/served-log.js';

const EVENTS = 1_000_000;
const MARKUP = '<img src=x onerror=alert(1)>';

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('the log in the console', () => {
  let store: LongLog;
  let server: ServedLog;
  let browser: Browser;
  let page: Page;
  let commits = 0;

  const record = async (
    event: Partial<NewCommit['events'][number]>,
    metadata: Metadata = {},
  ): Promise<number> => {
    commits += 1;
    const { last } = await store.append({
      id: commitId(`own/${commits}`),
      time: new Date().toISOString(),
      metadata,
      events: [{ type: 'reading.taken', revision: 1, tags: [], data: {}, ...event }],
    });
    return last;
  };
  const open = async (hash: string): Promise<void> => {
    await page.goto(`${server.url}/console${hash}`);
  };
  const row = (position: number): ReturnType<Page['locator']> =>
    page.locator(`a[data-position="${position}"]`);
  const list = (): ReturnType<Page['locator']> => page.locator('.log-list');
  /** Position of the first row that is seen as a whole. */
  const firstSeen = (): Promise<number> =>
    page
      .evaluate(
        `(() => {
          const top = document.querySelector('.log-list').getBoundingClientRect().top;
          const rows = [...document.querySelectorAll('.log-row a')];
          const seen = rows.filter((each) => each.getBoundingClientRect().top >= top - 1);
          return Math.max(...seen.map(({ dataset }) => Number(dataset.position)));
        })()`,
      )
      .then(Number);
  const isFirstSeen = (position: number): Promise<unknown> =>
    page.evaluate(`(() => {
      const top = document.querySelector('.log-list')?.getBoundingClientRect().top;
      const link = document.querySelector('a[data-position="${position}"]');
      return link !== null && Math.abs(link.getBoundingClientRect().top - top) < 3;
    })()`);
  const firstSeenIs = (position: number): Promise<void> =>
    until(async () => (await isFirstSeen(position)) === true);
  const focused = (): Promise<unknown> => page.evaluate('document.activeElement.dataset.position');
  const pageWidth = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth');
  /** As somebody does who drags the scroll bar. @param part of the way down */
  const dragTo = (part: number): Promise<unknown> =>
    page.evaluate(`{
      const list = document.querySelector('.log-list');
      list.scrollTop = list.scrollHeight * ${part};
    }`);

  beforeAll(async () => {
    store = new LongLog(EVENTS);
    server = await serveLog(store, [parcelSent, parcelInsured], [], {
      events: true,
      projections: true,
      console: true,
    });
    browser = await launchBrowser();
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
  });

  afterEach(() => page.close());

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it('shows any of a million events: by position, by the wheel, by keys and by the scroll bar', async () => {
    const head = await store.head();
    await open('#/log');
    await row(head).getByText('reading').waitFor();
    expect(await page.getByRole('listitem').count()).toBeLessThan(60);

    await page.getByLabel('Go to position').fill('123456');
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await row(123_456).getByText('{"value":123456}').waitFor();
    await firstSeenIs(123_456);
    expect(page.url()).toContain('#/log?at=123456');

    await list().hover();
    const height = (await row(123_456).boundingBox())?.height ?? 0;
    await page.mouse.wheel(0, 10 * height);
    await firstSeenIs(123_446);
    await page.waitForURL(/at=123446/);

    await row(123_446).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('123444');
    await page.keyboard.press('End');
    await row(1).getByText('{"value":1}').waitFor();
    expect(await focused()).toBe('1');

    await dragTo(0.5);
    await page.waitForURL(/at=(49|50)\d{4}$/);
    const middle = Number(/at=(\d+)/.exec(page.url())?.[1]);

    await page.reload();
    await firstSeenIs(middle);
  });

  it('shows new events at its top, and leaves in place what one reads', async () => {
    const first = await record({ data: 'before' });
    await open('#/log');
    await row(first).getByText('before').waitFor();
    const second = await record({ data: 'seen without asking' });
    await row(second).getByText('seen without asking').waitFor();

    await list().hover();
    await page.mouse.wheel(0, 500);
    await page.waitForURL(/at=\d+/);
    const reading = await firstSeen();
    await record({});
    await record({});
    await page.getByRole('button', { name: '2 new events' }).waitFor();
    expect(await firstSeen()).toBe(reading);
    const height = (await row(reading).boundingBox())?.height ?? 0;
    await page.mouse.wheel(0, 3 * height);
    await page.waitForURL(new RegExp(`at=${reading - 2}`)); // it is above the first that is seen as a whole
    expect(await firstSeen()).toBe(reading - 3);
    await page.getByRole('button', { name: '2 new events' }).click();
    await firstSeenIs(second + 2);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForURL(new RegExp(`(paused=1&at=${second + 2}|at=${second + 2}&paused=1)$`));
    const third = await record({ data: 'while paused' });
    await page.getByRole('button', { name: '1 new event' }).waitFor();
    expect(await row(third).count()).toBe(0);
    await page.getByRole('button', { name: 'Pause' }).click();
    await row(third).getByText('while paused').waitFor();
  });

  it('finds events by type, and by a text in their data, and says how far it has looked', async () => {
    await open('#/log?type=reading.marked');
    await row(EVENTS).waitFor();
    await page.getByText(/^\d+ events in positions [\d,]+ to [\d,]+; more are looked for/).waitFor();
    await dragTo(1);
    await row(900_000).waitFor();

    await page.getByText('Filter', { exact: true }).click();
    await page.getByLabel('Text in data').fill(':5000}');
    await page.getByRole('button', { name: 'Add to filter' }).click();
    await page.waitForURL(/type=reading.marked&text=/);
    await row(5000).getByText('{"value":5000}').waitFor();
    await page.getByText(/^1 event in positions 1 to [\d,]+: all that there are.$/).waitFor();
    await page.reload();
    await row(5000).waitFor();

    const found = await record({ type: 'reading.marked', data: { late: ':5000}' } });
    await row(found).waitFor();

    await open('#/log?type=reading.marked&at=700500');
    await row(700_000).waitFor();
    expect(await row(701_000).count()).toBe(0);
    await page.getByRole('button', { name: /^↑ Look through [\d,]+ newer$/ }).click();
    await row(found).waitFor();
  });

  it('stops looking, and goes on', async () => {
    let answered = 0;
    let release = (): void => undefined;
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/events/query', async (route) => {
      answered += 1;
      if (answered > 2) await isReleased;
      await route.continue().catch(() => undefined); // nobody may wait for it any more
    });
    await open(`#/log?text=nowhere&until=${timeOf(60_000)}`);
    await page.getByText(/^Looking… 0 events in positions 40,001 to [\d,]+ so far\.$/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped: 0 events in positions 40,001 to').waitFor();
    release();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText(/^0 events in positions 1 to [\d,]+: all that there are\.$/).waitFor();
  });

  it('opens an event: as it is read and as it was recorded, with what it caused', async () => {
    const cause = await record({ data: 'the cause' }, { correlationId: 'c-1' });
    const effect = await record(
      { type: 'parcel.insured', data: { parcel: 'a', cents: 150 } },
      { correlationId: 'c-1', causationId: String(cause), principal: 'ann' },
    );
    await open('#/log');
    await row(cause).click();
    const opened = page.getByRole('region', { name: /^Event / });
    await opened.getByText('"the cause"').waitFor();
    await opened.getByRole('link', { name: /parcel\.insured/ }).click();
    await page.waitForURL(new RegExp(`open=${effect}`));
    await opened.getByText('As it was recorded: parcel.insured, revision 1').waitFor();
    await opened.getByText('"value": "1.50"').waitFor();
    await opened.getByText(effect.toString(16).padStart(64, '0')).waitFor();
    await opened.getByText('This server does not tell who folds which events.').waitFor();
    await page.reload();
    await opened.getByRole('link', { name: 'ann' }).click();
    await page.waitForURL(/principal=ann/);
    await row(effect).waitFor();
    await opened.getByRole('link', { name: 'Older' }).focus();
    await page.keyboard.press('Escape');
    await opened.waitFor({ state: 'detached' });
    expect(await focused()).toBe(String(effect));
  });

  it('shows what upcasters have made several events of, or none', async () => {
    const parcels = [{ parcel: 'a', cents: 150 }, { parcel: 'b' }];
    const several = await record({ type: 'parcel.sent', data: { parcels } });
    const none = await record({ type: 'parcel.sent', data: { parcels: [] } });
    await record({});
    await open(`#/log?open=${several}`);
    await row(several).getByText('3 parts').waitFor();
    await page.getByText('Part 3: data of parcel.sent, revision 3').waitFor();
    await row(none).getByText('is no event any more').click();
    await page.locator('.notice', { hasText: 'Its upcasters have made nothing of it' }).waitFor();
    await page.getByText('As it was recorded: parcel.sent, revision 1').waitFor();
  });

  it('shows markup in every field of an event as text', async () => {
    let dialogs = 0;
    page.on('dialog', () => (dialogs += 1));
    const position = await record(
      { type: MARKUP, tags: [tag(MARKUP)], data: { [MARKUP]: MARKUP } },
      { correlationId: MARKUP, causationId: MARKUP, principal: MARKUP, [MARKUP]: [MARKUP] },
    );
    await open(`#/log?open=${position}&type=${encodeURIComponent(MARKUP)}`);
    await row(position).getByText(MARKUP).first().waitFor();
    await page.getByLabel('Metadata', { exact: true }).getByText(MARKUP).waitFor();
    await page.getByText('Looked through positions').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(dialogs).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'keeps nobody out, on a wide page and on a phone, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await open('#/log?type=reading.taken&open=7');
      await page.getByText('Looked through positions').waitFor();
      await page.getByText('Filter', { exact: true }).click();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await pageWidth()).toBe(360);
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('link', { name: 'Show it among its neighbours' }).click();
      await row(7).waitFor();
      await page.getByRole('list', { name: /newest first/ }).waitFor();
      expect(await pageWidth()).toBe(360);
      expect(await accessibilityFaults(page)).toEqual([]);
    },
  );
});
