/** Keeps the states that were decided on last, so that the next command folds only what is new. Bounded in bytes. */
import { types } from 'node:util';
import type { EventLog } from '../event-log/event-log.js';
import type { Position } from '../event-log/event.js';
import type { FoldState } from '../fold/fold-state.js';

/** What the states of one decider may take in memory, in bytes. */
export const MAX_RECENT_BYTES = 16 * 1024 * 1024;

/** A `Map` entry, the objects of this file, and the key's header. */
const ENTRY_BYTES = 300;

interface Entry<Context> {
  readonly state: FoldState<Context>;
  readonly through: Position;
  /** As estimated: what was measured, and the events that were folded since. */
  readonly bytes: number;
  readonly measured: number;
}

/** Least recently used first out. */
export class RecentStates<Context> {
  readonly #entries = new Map<string, Entry<Context>>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): { readonly state: FoldState<Context>; readonly through: Position } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** @param grownBy what the events take that were folded since this state was last set, in bytes */
  set(key: string, state: FoldState<Context>, through: Position, grownBy: number): void {
    const before = this.#entries.get(key);
    if (before !== undefined && before.through > through) return;
    this.delete(key);
    const entry = measuredEntry(key, state, through, before, grownBy);
    if (entry.bytes > this.maxBytes) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** Measuring costs as much as the state is large, so a known one is measured again only once the estimate has doubled. */
function measuredEntry<Context>(
  key: string,
  state: FoldState<Context>,
  through: Position,
  before: Entry<Context> | undefined,
  grownBy: number,
): Entry<Context> {
  if (before !== undefined && before.bytes + grownBy < 2 * before.measured)
    return { state, through, bytes: before.bytes + grownBy, measured: before.measured };
  const measured = ENTRY_BYTES + 2 * key.length + bytesOf(state);
  return { state, through, bytes: measured, measured };
}

/** About what a value of a state or an event takes in memory. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value === 'bigint') return 24 + value.toString(16).length / 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return 96 + value.byteLength;
  let bytes = 32;
  if (types.isMap(value)) for (const [key, item] of value) bytes += 32 + bytesOf(key) + bytesOf(item);
  else if (types.isSet(value)) for (const item of value) bytes += 32 + bytesOf(item);
  else if (Array.isArray(value)) for (const item of value) bytes += 8 + bytesOf(item);
  // Names are shared by objects of one shape, but a context may have its keys from events.
  else for (const [name, item] of Object.entries(value)) bytes += 24 + name.length + bytesOf(item);
  return bytes;
}

/** A log that is found to have another past has other states. */
export class RecentStatesOfLogs<Context> {
  readonly #byLog = new WeakMap<
    EventLog,
    { readonly past: AbortSignal; readonly states: RecentStates<Context> }
  >();

  constructor(private readonly maxBytes: number) {}

  of(log: EventLog): RecentStates<Context> {
    const known = this.#byLog.get(log);
    if (known?.past === log.past) return known.states;
    const states = new RecentStates<Context>(this.maxBytes);
    this.#byLog.set(log, { past: log.past, states });
    return states;
  }
}
