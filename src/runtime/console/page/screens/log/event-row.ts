/** What a row of the log shows of an event: little, and of bounded size, since many are kept. */

/** An event as the server answers it. */
export interface EventAnswer {
  readonly position: number;
  /** Where upcasters have made several events of one, which it is, from 1. */
  readonly part?: number;
  readonly type: string;
  readonly revision: number;
  readonly tags: readonly string[];
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly time: string;
  readonly commit: string;
}

/** As it is stored, before any upcaster. */
export interface StoredAnswer extends Omit<EventAnswer, 'commit'> {
  readonly commit: {
    readonly id: string;
    readonly first: number;
    readonly last: number;
    readonly hash: string;
    readonly previous: string | null;
  };
}

export interface EventRow {
  readonly position: number;
  readonly type: string;
  readonly time: string;
  readonly tags: string;
  /** The beginning of its data. */
  readonly data: string;
  /** How many events upcasters have made of it. */
  readonly parts: number;
}

const MAX_CHARACTERS = 240;

/** @param parts all events at one position, at least one */
export function eventRow(parts: readonly [EventAnswer, ...EventAnswer[]]): EventRow {
  const [{ position, time, tags, data }] = parts;
  const types = [...new Set(parts.map(({ type }) => type))];
  return {
    position,
    type: beginning(types.join(', ')),
    time,
    tags: beginning(tags.join(' ')),
    data: beginning(JSON.stringify(data)),
    parts: parts.length,
  };
}

/** The rows of a page, in its order. */
export function eventRows(events: readonly EventAnswer[]): readonly EventRow[] {
  const rows: EventRow[] = [];
  let parts: [EventAnswer, ...EventAnswer[]] | undefined;
  for (const event of events) {
    if (parts?.[0].position === event.position) parts.push(event);
    else {
      if (parts !== undefined) rows.push(eventRow(parts));
      parts = [event];
    }
  }
  if (parts !== undefined) rows.push(eventRow(parts));
  return rows;
}

/** Copied character by character: a slice would keep all of the text in memory. */
function beginning(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  return `${Array.from(text.slice(0, MAX_CHARACTERS)).join('')}…`;
}
