/** The hello world in a browser: what is typed shows at once, folded by the machines of the contexts themselves. */
import {
  CredentialsFailed,
  createClient,
  isProblem,
  type Client,
  type ClientEvent,
  type LiveSubscription,
} from '../../../runtime/client/index.js';
import {
  createOptimistic,
  type ExpectedEvent,
  type OptimisticCommand,
} from '../../../runtime/client/optimistic/index.js';
import { productMachine } from '../../product/product.machine.js';
import { productView } from '../../product/product.view.js';
import { sumMachine, sumView } from '../../sum/sum.machine.js';
import { Card, type ShownView } from './cards.js';
import { element } from './elements.js';
import { LogList, type RecordedNumber } from './log-list.js';
import { PastSlider } from './past-slider.js';

const SHOWN_EVENTS = 20;
const KEY = 'leftfold-key';

const key = sessionStorage.getItem(KEY);
const client: Client = createClient({ url: location.origin, ...(key !== null && { credentials: key }) });
const optimistic = createOptimistic(client);
const sum = new Card('sum');
const product = new Card('product');
const message = element('#message', HTMLElement);
const access = element('#access', HTMLFormElement);
const log = new LogList((number) => void retract(number));
const slider = new PastSlider((position) => void showPast(position));

function say(text: string, isWrong = false): void {
  message.textContent = text;
  message.className = isWrong ? 'wrong' : 'quiet';
}

function explain(error: unknown): void {
  const isRefused = isProblem(error) && (error.status === 401 || error.status === 403);
  // What no header can hold is no key either.
  if (isRefused || error instanceof CredentialsFailed) access.hidden = false;
  say(error instanceof Error ? error.message : String(error), true);
}

async function submit(
  events: readonly ExpectedEvent[],
  send: OptimisticCommand['send'],
  done: (position: number) => string,
): Promise<void> {
  try {
    const { position } = await optimistic.submit({ events, send });
    say(done(position));
  } catch (error) {
    explain(error);
  }
}

/** As the server reads it: a canonical integer, so that what is expected is what will be recorded. */
function canonical(text: string): string | undefined {
  return /^[+-]?\d{1,1000}$/.test(text) ? String(BigInt(text.replace('+', ''))) : undefined;
}

async function record(input: HTMLInputElement): Promise<void> {
  const value = canonical(input.value.trim());
  if (value === undefined) {
    say('A number is an integer of at most 1,000 digits, as 5 or -12.', true);
    return;
  }
  input.value = '';
  await submit(
    [{ type: 'number.recorded', data: { value } }],
    (options) => client.decider('numbers').create({ value }, options),
    (position) => `Recorded at position ${position}.`,
  );
}

async function retract({ number, value }: RecordedNumber): Promise<void> {
  const reason = 'retracted on the page';
  await submit(
    [{ type: 'number.retracted', data: { number, value, reason } }],
    (options) => client.decider('numbers').execute(number, 'retraction', { reason }, options),
    (position) => `#${number} was retracted, at position ${position}.`,
  );
}

let isGreeted = false;

function greet(): void {
  if (isGreeted) return;
  isGreeted = true;
  say('Type a number, and see both states change.');
}

let asked = 0;

async function showPast(position: number | undefined): Promise<void> {
  const question = ++asked;
  if (position === undefined) {
    sum.backToNow();
    product.backToNow();
    return;
  }
  try {
    const [sumThen, productThen] = await Promise.all(
      ['sum', 'product'].map((name) => client.projection(name).get({ at: position }) as Promise<ShownView>),
    );
    if (question !== asked || sumThen === undefined || productThen === undefined) return;
    sum.showPast(sumThen, position);
    product.showPast(productThen, position);
  } catch (error) {
    if (question === asked) explain(error);
  }
}

let listed = -1;
let wanted = -1;
let isListing = false;

/** The newest events, asked for once at a time: a log that is written fast is shown as often as it can be read. */
async function list(position: number): Promise<void> {
  // A position goes back where the log was restored from a backup: then what was listed is no longer there.
  if (position < wanted) listed = -1;
  wanted = position;
  if (isListing) return;
  isListing = true;
  try {
    while (listed < wanted) {
      const after = Math.max(0, wanted - SHOWN_EVENTS);
      const events: ClientEvent[] = [];
      for await (const event of client.events({ after, live: false })) events.unshift(event);
      listed = Math.max(wanted, events[0]?.position ?? 0);
      log.showEvents(events.slice(0, SHOWN_EVENTS));
      slider.extend(listed);
    }
  } catch (error) {
    explain(error);
  } finally {
    isListing = false;
  }
}

let watching: readonly LiveSubscription[] = [];

/** A page that nobody sees gives its connection back: a browser has few of them. */
function watch(): void {
  unwatch();
  watching = [
    optimistic.projection('sum', { machine: sumMachine, view: sumView }).subscribe({
      next: (state) => {
        greet();
        sum.showNow(state);
        log.showPending(state.pending);
        void list(state.position);
      },
      error: explain,
    }),
    optimistic.projection('product', { machine: productMachine, view: productView }).subscribe({
      next: (state) => {
        product.showNow(state);
      },
      error: explain,
    }),
  ];
}

function unwatch(): void {
  for (const each of watching) each.unsubscribe();
  watching = [];
}

element('#record', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const input = element('#number', HTMLInputElement);
  void record(input);
  input.focus();
});

access.addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, element('#key', HTMLInputElement).value);
  location.reload();
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden) unwatch();
  else watch();
});

watch();
