/** A moment in the past of a projection: its state there, the one before, and the event between them. */
import { isProblem, type ClientEvent } from '../../../../client/index.js';
import { ask, reasonOf } from '../../server.js';

export interface Moment {
  readonly position: number;
  readonly state: View;
  /** Absent at the beginning of the log. */
  readonly before?: View;
  /** Absent at the beginning, and where it may not be read. */
  readonly event?: ClientEvent;
  /** Why the event is not to be seen. */
  readonly unread?: string;
}

export type View = Readonly<Record<string, unknown>>;

/**
 * @param link of the state
 * @param at a position, or a time
 * @throws ProblemError, as for a position after the head
 */
export async function readMoment(link: string, at: string, signal: AbortSignal): Promise<Moment> {
  const position = isPosition(at) ? Number(at) : await positionAt(link, at, signal);
  const query = new URLSearchParams({
    from: String(Math.max(0, position - 1)),
    to: String(position),
    step: '1',
  });
  const [{ points }, event] = await Promise.all([
    ask<{ readonly points: readonly View[] }>(`${link}/history?${query}`, { signal, isLink: true }),
    position === 0 ? {} : eventAt(position, signal),
  ]);
  const state = points.at(-1);
  const before = points.length > 1 ? points[0] : undefined;
  return {
    position,
    state: viewAt(state ?? {}),
    ...(before !== undefined && { before: viewAt(before) }),
    ...event,
  };
}

/** What a state holds, without where it is. */
export function viewOf(state: View): View {
  return without(state, ['position']);
}

/** The same of a point of the past, which has a time, too. */
export function viewAt(point: View): View {
  return without(point, ['position', 'time']);
}

function without(view: View, names: readonly string[]): View {
  return Object.fromEntries(Object.entries(view).filter(([name]) => !names.includes(name)));
}

export const isPosition = (at: string): boolean => /^\d{1,15}$/.test(at);

async function positionAt(link: string, time: string, signal: AbortSignal): Promise<number> {
  const query = new URLSearchParams({ at: time });
  const { position } = await ask<{ readonly position: number }>(`${link}?${query}`, { signal, isLink: true });
  return position;
}

async function eventAt(position: number, signal: AbortSignal): Promise<Pick<Moment, 'event' | 'unread'>> {
  try {
    return { event: await ask<ClientEvent>(`/events/${position}`, { signal }) };
  } catch (error) {
    if (isProblem(error) && error.status < 500) return { unread: reasonOf(error) };
    throw error;
  }
}
