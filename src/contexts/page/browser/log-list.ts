/** The end of the log, with what is pending above it, and a button that retracts a number. */
import type { ClientEvent } from '../../../runtime/client/index.js';
import type { ExpectedEvent, PendingCommand } from '../../../runtime/client/optimistic/index.js';
import { element } from './elements.js';
import { LogRow, type RecordedNumber, type ShownEvent } from './log-row.js';
import { Press } from './press.js';

export class LogList {
  readonly #list = element('#log', HTMLElement);
  readonly #press: Press;
  #events: readonly ClientEvent[] = [];
  /** The position up to which the events are shown. */
  #head = 0;
  #pending: readonly PendingCommand[] = [];
  #newest: readonly PendingCommand[] = [];
  /** In the order of the list: by command while they are pending, then by position. */
  #rows = new Map<string, LogRow>();

  constructor(private readonly retract: (number: RecordedNumber) => void) {
    this.#press = new Press(this.#list, () => {
      this.#show();
    });
  }

  /** @param events the newest first @param head up to which these are the newest */
  showEvents(events: readonly ClientEvent[], head: number): void {
    const focused = this.#events.find(({ position }) => String(position) === focusedNumber());
    const oldest = events.at(-1)?.position ?? 0;
    // Whoever is at a button stays there, also when its row would drop off the end.
    const isKept = focused !== undefined && focused.position < oldest;
    this.#events = isKept ? [...events, focused] : events;
    this.#head = head;
    this.#pending = this.#newest;
    this.#show();
  }

  /** @param position of the state with which they are pending */
  showPending(pending: readonly PendingCommand[], position: number): void {
    if (pending.length === 0 && this.#pending.length === 0) return;
    this.#newest = pending;
    const ids = new Set(pending.map(({ id }) => id));
    // What was recorded keeps its row until its event is listed, and is not gone in between.
    const settled = position > this.#head ? this.#pending.filter(({ id }) => !ids.has(id)) : [];
    this.#pending = [...settled, ...pending];
    this.#show();
  }

  #show(): void {
    // A row that moves between the press and its release would lose the click, or give it to another.
    if (this.#press.isPressed) return;
    const focused = focusedNumber();
    const recorded = new Set(this.#events.map(({ metadata }) => metadata['correlationId']));
    const pending = this.#pending.filter(({ id }) => !recorded.has(id)).toReversed();
    const retracted = retractedBy([...this.#events, ...pending.flatMap(({ events }) => events)]);
    const rows = new Map<string, LogRow>();
    for (const { id, events } of pending)
      for (const [index, event] of events.entries()) {
        const key = pendingKey(id, index);
        rows.set(key, this.#row([key], event));
      }
    const expected = expectedKeys(this.#events);
    for (const [index, { position, part = 1, type, data }] of this.#events.entries()) {
      const key = `${position} ${part}`;
      const event = { position, type, data, isRetracted: retracted.has(position) };
      rows.set(key, this.#row([key, expected[index] ?? key], event));
    }
    this.#rows = rows;
    this.#place();
    if (focused !== undefined) this.#focusAgain(focused);
  }

  /** @param keys under which it may be there already */
  #row(keys: readonly string[], event: ShownEvent): LogRow {
    const known = keys.map((key) => this.#rows.get(key)).find((row) => row !== undefined);
    const row = known ?? new LogRow(this.retract);
    row.show(event);
    return row;
  }

  /** Rows that stay are not touched. */
  #place(): void {
    const wanted = new Set<Element>([...this.#rows.values()].map((row) => row.element));
    for (const row of [...this.#list.children]) if (!wanted.has(row)) row.remove();
    let next = this.#list.firstElementChild;
    for (const row of wanted) {
      if (row === next) next = next.nextElementSibling;
      else this.#list.insertBefore(row, next);
    }
  }

  /** To the next button where the one that had the focus is gone. */
  #focusAgain(number: string): void {
    if (focusedNumber() === number) return;
    const same = this.#list.querySelector<HTMLElement>(`[data-number='${number}']`);
    const next = same ?? this.#list.querySelector<HTMLElement>('[data-number]');
    (next ?? element('#number', HTMLElement)).focus();
  }
}

function focusedNumber(): string | undefined {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement ? activeElement.dataset['number'] : undefined;
}

function retractedBy(events: readonly ExpectedEvent[]): ReadonlySet<number> {
  const retractions = events.filter(({ type }) => type === 'number.retracted');
  return new Set(retractions.map(({ data }) => (data as RecordedNumber).number));
}

function pendingKey(command: unknown, index: number): string {
  return `${String(command)} of ${index}`;
}

/** The keys that the rows of these events had while they were pending. @param events the newest first */
function expectedKeys(events: readonly ClientEvent[]): readonly string[] {
  const counts = new Map<unknown, number>();
  return events
    .toReversed()
    .map(({ metadata: { correlationId } }) => {
      const index = counts.get(correlationId) ?? 0;
      counts.set(correlationId, index + 1);
      return pendingKey(correlationId, index);
    })
    .toReversed();
}
