/** The screen of projections, in a real browser: the past, what-if, the statechart, history, operations, and a fault resolved by hand. */
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Browser, Page } from 'playwright-core';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { defineEvent, defineProjection, type RecordedOf } from '../../src/runtime/index.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { amountAdded, noteTaken, totalOf } from '../support/amounts.js';
import { until } from '../support/api.js';
import { POISON, added, opened, orderContracts, ordersThatStopAlone } from '../support/app/orders.js';
import { accessibilityFaults, hasBrowser, launchBrowser } from '../support/browser.js';

const inBrowser = hasBrowser ? describe : describe.skip;

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

const parcelPacked = defineEvent({
  type: 'parcel.packed',
  schema: z.strictObject({ kilograms: z.int(), label: z.string() }),
});
const parcelPaid = defineEvent({ type: 'parcel.paid', schema: z.strictObject({}) });
const parcelReturned = defineEvent({ type: 'parcel.returned', schema: z.strictObject({}) });

const parcelMachine = setup({
  types: {
    context: {} as { readonly kilograms: number; readonly label: string },
    events: {} as
      RecordedOf<typeof parcelPacked> | RecordedOf<typeof parcelPaid> | RecordedOf<typeof parcelReturned>,
  },
  guards: { isLarge: ({ context }) => context.kilograms > 10 },
}).createMachine({
  id: 'parcel',
  context: { kilograms: 0, label: '' },
  type: 'parallel',
  states: {
    packing: {
      initial: 'empty',
      states: {
        empty: {
          on: {
            'parcel.packed': {
              target: 'packed',
              actions: assign(({ event }) => event.data),
            },
          },
        },
        packed: {
          initial: 'measured',
          states: { measured: { always: { guard: 'isLarge', target: 'large' } }, large: {} },
          on: { 'parcel.returned': 'empty' },
        },
      },
    },
    payment: {
      initial: 'due',
      states: { due: { on: { 'parcel.paid': 'done' } }, done: { type: 'final' } },
    },
  },
});

const parcel = defineProjection({
  name: 'parcel',
  machine: parcelMachine,
  consumes: [parcelPacked, parcelPaid, parcelReturned],
  view: ({ context }) => context,
});

/** The cause of a fault that goes away by itself. */
let isTooMuch = (amount: number): boolean => amount === 13;

/** Under another path than its name. */
const total = { ...totalOf('total', (amount) => isTooMuch(amount)), http: { path: 'reports/total' } };

@Module({
  imports: [
    LeftfoldModule.forRoot({
      store: 'memory:',
      http: { prefix: 'internal', events: true, projections: true, operations: true, console: true },
    }),
    LeftfoldModule.forFeature({
      contracts: [amountAdded, noteTaken, parcelPacked, parcelPaid, parcelReturned, ...orderContracts],
      projections: [parcel, total, ordersThatStopAlone],
      http: true,
    }),
  ],
})
class ShopModule {}

let app: INestApplication;
let log: EventLog;
let url: string;

const answer = async (path: string): Promise<unknown> => (await fetch(`${url}/internal${path}`)).json();

beforeAll(async () => {
  const options = { logger: false, rawBody: true } as const;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class, and nobody constructs it
  app = await NestFactory.create(ShopModule, new FastifyAdapter(), options);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  log = app.get(EventLog);
  await log.append([amountAdded.create({ amount: 3 })]);
  await log.append([noteTaken.create({ text: MARKUP }), noteTaken.create({ text: 'b' })]);
  await log.append([amountAdded.create({ amount: 4 }), amountAdded.create({ amount: 5 })]);
  await log.append([parcelPacked.create({ kilograms: 3, label: MARKUP }), opened('a')]);
});

afterAll(() => app.close());

inBrowser('the screen of projections', () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(10_000);
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text().includes('Content Security Policy'))
        faults.push(message.text());
    });
  });

  afterAll(() => browser.close());

  afterEach(() => {
    expect(faults.splice(0)).toEqual([]);
  });

  const show = async (hash: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${url}/internal/console${hash}`);
  };
  const card = (name: string) => page.getByRole('region', { name, exact: true });
  const shows = async (name: string, text: string | RegExp): Promise<void> => {
    await card(name).getByText(text).first().waitFor();
  };
  const rowsOf = async (name: string): Promise<readonly (readonly string[])[]> => {
    const rows = await page.getByRole('group', { name, exact: true }).locator('tbody tr').all();
    return Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()));
  };
  const active = async (): Promise<readonly (string | null)[]> =>
    Promise.all((await page.locator('.state.lit').all()).map((each) => each.getAttribute('data-state')));

  it('lists all of them with how far each is, and leads to one', async () => {
    await show('#/projections');
    await page.getByRole('link', { name: 'total' }).waitFor();
    expect(await page.getByRole('row').allInnerTexts()).toHaveLength(4);
    await page.getByRole('link', { name: 'total' }).click();
    await page.getByRole('heading', { name: /total/ }).waitFor();
    expect(page.url()).toContain('#/projections/total');
    await shows('State now', /"total": 12/);
  });

  it('shows a change without being loaded again, and lights the states that are active', async () => {
    await show('#/projections/parcel');
    await until(async () => (await active()).length > 0);
    expect(await active()).toEqual([
      'packing',
      'packing.packed',
      'packing.packed.measured',
      'payment',
      'payment.due',
    ]);
    await log.append([parcelPaid.create({})]);
    await until(async () => (await active()).includes('payment.done'));
    await log.append([parcelReturned.create({}), parcelPacked.create({ kilograms: 30, label: 'b' })]);
    await until(async () => (await active()).includes('packing.packed.large'));
    await shows('State now', /"kilograms": 30/);
    await shows('Statechart', 'parcel.returned');
  });

  it('goes through the past by a slider, in the URL, with the difference that each event made', async () => {
    await show('#/projections/total?at=4');
    await shows('State at 4', /"total": 7/);
    await shows('Event 4', 'amount.added');
    expect(await answer('/reports/total?at=4')).toEqual({
      total: 7,
      count: 2,
      state: 'totalling',
      position: 4,
    });
    expect(await rowsOf('What the event changed')).toEqual([
      ['total', '3', '7'],
      ['count', '1', '2'],
    ]);
    await page.getByRole('slider').press('ArrowRight');
    await shows('State at 5', /"total": 12/);
    expect(page.url()).toContain('#/projections/total?at=5');
  });

  it('steps from event to event, over those that change nothing, and plays to the end', async () => {
    await show('#/projections/total?at=4');
    await shows('State at 4', /"total": 7/);
    await page.getByRole('button', { name: /Back/ }).click();
    await shows('State at 1', /"total": 3/);
    await page.getByRole('button', { name: /Back/ }).click();
    await shows('The beginning', /begins with/);
    await page.getByRole('button', { name: /Forward/ }).click();
    await shows('Event 1', 'amount.added');
    await page.getByRole('button', { name: /Play/ }).click();
    await shows('State at 5', /"total": 12/);
    await until(async () => (await page.getByRole('button', { name: /Play/ }).count()) === 1);
    await page.getByRole('button', { name: 'Live' }).click();
    await shows('State now', /"total": 12/);
    expect(page.url()).toMatch(/#\/projections\/total$/);
  });

  it('goes to a position or a time that is typed', async () => {
    await show('#/projections/total');
    await page.getByLabel('Position', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Go there' }).click();
    await shows('Event 2', 'It changed nothing of what total shows.');
    await card('Event 2').getByText('<script>document.title=2</script>').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toMatch(/^total, Projections – Leftfold/);
    await page.getByLabel('or time, in this place').fill('2020-01-01T00:00:00');
    await page.getByRole('button', { name: 'Go there' }).click();
    await shows('The beginning', /begins with/);
    expect(page.url()).toContain('at=20');
  });

  it('switches events off, and shows what would be beside what is', async () => {
    await show('#/projections/total?at=5');
    await page.getByRole('link', { name: 'What if it had not been?' }).click();
    await shows('What if', 'Would be');
    await page.getByLabel('Position of an event, or several').fill('1');
    await page.getByRole('button', { name: 'Leave out' }).click();
    await until(() => page.url().includes('without=1%2C5'));
    await until(async () => (await rowsOf('What is, and what would be'))[0]?.[2] === '4');
    expect(await answer('/reports/total/what-if?without=1,5&at=5')).toMatchObject({
      is: { total: 12, count: 3 },
      wouldBe: { total: 4, count: 1 },
    });
    expect(await rowsOf('What is, and what would be')).toEqual([
      ['total', '12', '4'],
      ['count', '3', '1'],
    ]);
    await page.reload();
    await until(async () => (await rowsOf('What is, and what would be'))[0]?.[2] === '4');
    await page.getByRole('link', { name: 'Count event 1 in again' }).click();
    await until(async () => (await rowsOf('What is, and what would be'))[0]?.[2] === '7');
    await page.getByRole('button', { name: 'Live' }).click();
    await shows('What if', `At ${await log.head()}`);
    const { last } = await log.append([amountAdded.create({ amount: 0 })]);
    await page.getByRole('button', { name: `Ask again as of ${last}` }).click();
    await until(async () => (await rowsOf('What is, and what would be'))[1]?.join() === 'count,4,3');
  });

  it('lights the states of the past, and tells the statechart as a list', async () => {
    await show('#/projections/parcel?at=5');
    await until(async () => (await active()).includes('packing.empty'));
    await card('Statechart').getByText('As a list').click();
    await shows('Statechart', 'always [isLarge] → packing.packed.large');
    await card('Statechart').getByLabel('What may come next').getByText('parcel.packed').waitFor();
  });

  it('draws a number of the view over the past, and tells it as a table', async () => {
    await show('#/projections/total?plot=total');
    await card('History').locator('canvas').waitFor();
    await card('History').getByText('As a table').click();
    await until(async () =>
      (await rowsOf('Table')).some(([position, value]) => position === '5' && value === '12'),
    );
    expect((await rowsOf('Table')).slice(0, 5)).toEqual([
      ['0', '0'],
      ['1', '3'],
      ['2', '3'],
      ['3', '3'],
      ['4', '7'],
    ]);
  });

  it('audits and rebuilds, after it has said what will happen', async () => {
    await show('#/projections/total');
    for (const [name, result] of [
      ['Audit', /found no drift/],
      ['Rebuild', /came to the same state/],
    ] as const) {
      const group = page.getByRole('group', { name });
      await group.getByRole('button', { name }).click();
      await page
        .getByRole('dialog')
        .getByText(/folded from its beginning/)
        .waitFor();
      await page.getByRole('dialog').getByRole('button', { name }).click();
      await group.getByText(result).waitFor();
    }
  });

  it('says what is wrong, skips an event with a reason, and resumes where the cause is gone', async () => {
    const { last } = await log.append([
      amountAdded.create({ amount: 13 }),
      amountAdded.create({ amount: 1 }),
    ]);
    const bad = last - 1;
    await show('#/projections/total');
    const wrong = card('What is wrong with total');
    await wrong.getByText(/RangeError: 13 is too much/).waitFor();
    await wrong.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await wrong.getByText(/RangeError: 13 is too much/).waitFor();

    await wrong.getByRole('button', { name: 'Skip the event' }).click();
    await page.getByLabel('Why, for who reads the log later').fill(MARKUP);
    await page.getByRole('button', { name: `Skip event ${bad} for ever` }).click();
    await wrong.waitFor({ state: 'hidden' });
    await shows('State now', /"total": 13/);
    await card('How it is').getByText(`left out for ever: ${bad}`).waitFor();
    expect(await answer('/events?type=leftfold.event-skipped')).toMatchObject({
      events: [{ data: { projection: 'total', position: bad, reason: MARKUP } }],
    });

    isTooMuch = (amount) => amount === 14;
    await log.append([amountAdded.create({ amount: 14 })]);
    await wrong.getByText(/14 is too much/).waitFor();
    isTooMuch = () => false;
    await wrong.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await wrong.waitFor({ state: 'hidden' });
    await shows('State now', /"total": 27/);
  });

  it('of an entity projection leads to the entities, and lists those that have stopped', async () => {
    await log.append([added('a', POISON)]);
    await show('#/projections/orders');
    await shows('Entities that have stopped', 'RangeError: no item costs that');
    await shows('What is wrong with orders', /1 of 1 entities of orders have stopped/);
    await card('Statechart of each entity').locator('svg').waitFor();
    await page.getByRole('link', { name: 'Look at the entities of orders' }).waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
    await page.getByRole('button', { name: 'Rebuild' }).waitFor();
  });

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('keeps nobody out, %s and %i wide', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await show('#/projections/parcel?at=6&without=6&plot=kilograms');
    await shows('What if', 'Would be');
    await card('History').locator('canvas').waitFor();
    await until(async () => (await active()).length > 0);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await show('#/projections');
    await page.getByRole('link', { name: 'total' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});
