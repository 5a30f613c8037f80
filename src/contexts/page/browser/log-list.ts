/** The end of the log, with what is pending above it, and a button that retracts a number. */
import type { ClientEvent } from '../../../runtime/client/index.js';
import type { PendingCommand } from '../../../runtime/client/optimistic/index.js';
import { element, made, shortened } from './elements.js';

export interface RecordedNumber {
  readonly number: number;
  readonly value: string;
}

export class LogList {
  readonly #list = element('#log', HTMLElement);
  #events: readonly ClientEvent[] = [];
  #pending: readonly PendingCommand[] = [];

  constructor(private readonly retract: (number: RecordedNumber) => void) {}

  /** @param events the newest first */
  showEvents(events: readonly ClientEvent[]): void {
    this.#events = events;
    this.#show();
  }

  showPending(pending: readonly PendingCommand[]): void {
    if (pending.length === 0 && this.#pending.length === 0) return;
    this.#pending = pending;
    this.#show();
  }

  #show(): void {
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset['number'] : undefined;
    const recorded = new Set(this.#events.map(({ metadata }) => metadata['correlationId']));
    const pending = this.#pending.filter(({ id }) => !recorded.has(id)).toReversed();
    const expected = pending.flatMap(({ events }) =>
      events.map((event) => this.#item('…', event, 'pending')),
    );
    const retracted = new Set(
      [...this.#events, ...pending.flatMap(({ events }) => events)]
        .filter(({ type }) => type === 'number.retracted')
        .map(({ data }) => (data as RecordedNumber).number),
    );
    const items = this.#events.map((event) =>
      this.#item(
        `#${event.position}`,
        event,
        retracted.has(event.position) ? 'retracted' : 'recorded',
        event.type === 'number.recorded' && !retracted.has(event.position)
          ? { number: event.position, value: (event.data as RecordedNumber).value }
          : undefined,
      ),
    );
    this.#list.replaceChildren(...expected, ...items);
    if (focused === undefined) return;
    // The buttons are new ones: who is at one of them with the keyboard stays there, or gets to the next where it is gone.
    const same = this.#list.querySelector<HTMLElement>(`[data-number='${focused}']`);
    (
      same ??
      this.#list.querySelector<HTMLElement>('[data-number]') ??
      element('#number', HTMLElement)
    ).focus();
  }

  #item(
    position: string,
    { type, data }: Pick<ClientEvent, 'type' | 'data'>,
    status: string,
    number?: RecordedNumber,
  ): HTMLElement {
    const item = made('li', '');
    item.dataset['status'] = status;
    const what = made('span', 'what');
    const { value, number: of, reason } = data as Partial<RecordedNumber & { reason: string }>;
    if (type === 'number.recorded')
      what.append(made('span', 'number', shortened(String(value))), ' was recorded');
    else if (type === 'number.retracted') what.append(`#${String(of)} was retracted: ${String(reason)}`);
    else what.append(type);
    item.append(made('span', 'position', position), what);
    if (status === 'pending') item.append(made('span', 'quiet', 'pending'));
    if (number !== undefined) item.append(this.#button(number));
    return item;
  }

  #button(number: RecordedNumber): HTMLElement {
    const button = made('button', '', 'Retract');
    button.setAttribute('type', 'button');
    button.setAttribute('aria-label', `Retract #${number.number}`);
    button.dataset['number'] = String(number.number);
    button.addEventListener('click', () => {
      this.retract(number);
    });
    return button;
  }
}
