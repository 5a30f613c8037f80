/** Asks for the past of one subject or entity, a page of it, newest first. */
import { isProblem, type ClientEvent, type HistoryPoint } from '../../../../client/index.js';
import { ask, client } from '../../server.js';
import { stepsOf, type Step } from './past-steps.js';
import { tagsOf, typesOf, type Thing } from './things.js';

export interface PastPage {
  /** Newest first. */
  readonly steps: readonly Step[];
  /** The steps before this position are a page of their own; undefined where there are none. */
  readonly before?: number;
}

const PAGE_LENGTH = 25;
/** Of an entity whose tag is not known here, the first events are shown: a history goes from there. */
const FIRST_POINTS = 200;

/** @param before steps before this position; undefined: the newest */
export async function pastOf(
  thing: Thing,
  id: string,
  before: number | undefined,
  signal: AbortSignal,
): Promise<PastPage> {
  const { decider } = thing;
  const found = await eventsOf(thing, id, before, signal);
  const hasMore = found.length > PAGE_LENGTH;
  const origin = decider?.ids === 'position' && !hasMore ? await originOf(id, before, signal) : [];
  const events = [...found, ...origin];
  const oldest = events.reduce((least, { position }) => Math.min(least, position), Infinity);
  const points = await pointsOf(thing, id, events.length === 0 ? undefined : oldest, signal);
  const ofPage = before === undefined ? points : points.filter(({ position }) => position < before);
  const steps = stepsOf(events, ofPage, !hasMore);
  // The oldest is only there to tell what the one after it has changed.
  const shown = hasMore ? steps.slice(0, PAGE_LENGTH) : steps;
  const last = shown.at(-1);
  return { steps: shown, ...(hasMore && last !== undefined && { before: last.position }) };
}

async function eventsOf(
  thing: Thing,
  id: string,
  before: number | undefined,
  signal: AbortSignal,
): Promise<readonly ClientEvent[]> {
  const types = typesOf(thing);
  const tags = tagsOf(thing, id);
  if (tags === undefined) return [];
  try {
    const { events } = await ask<{ readonly events: readonly ClientEvent[] }>('/events/query', {
      method: 'POST',
      body: {
        query: [{ tags, ...(types.length > 0 && { types }) }],
        ...(before !== undefined && { before }),
        limit: PAGE_LENGTH + 1,
        backwards: true,
      },
      signal,
    });
    return events;
  } catch (error) {
    return noneIfNotServed(error);
  }
}

/** The event that made a subject that is named by its position. */
async function originOf(
  id: string,
  before: number | undefined,
  signal: AbortSignal,
): Promise<readonly ClientEvent[]> {
  if (before !== undefined && Number(id) >= before) return [];
  try {
    return [await ask<ClientEvent>(`/events/${encodeURIComponent(id)}`, { signal })];
  } catch (error) {
    return noneIfNotServed(error);
  }
}

async function pointsOf(
  { entities }: Thing,
  id: string,
  oldest: number | undefined,
  signal: AbortSignal,
): Promise<readonly HistoryPoint[]> {
  if (entities?.path === undefined || !entities.hasPast) return [];
  const after = oldest === undefined ? undefined : oldest - 1;
  const limit = oldest === undefined ? FIRST_POINTS : PAGE_LENGTH * 2;
  const query = new URLSearchParams({
    limit: String(limit),
    ...(after !== undefined && { after: String(after) }),
  });
  try {
    const { body } = await client.request(
      `${entities.path}/${encodeURIComponent(id)}/history?${query.toString()}`,
      { isLink: true, signal },
    );
    return (body as { readonly points: readonly HistoryPoint[] }).points;
  } catch (error) {
    return noneIfNotServed(error);
  }
}

/** What this application does not serve, or who looks may not see, is left out. */
function noneIfNotServed(error: unknown): readonly never[] {
  if (isProblem(error) && (error.status === 404 || error.status === 403)) return [];
  throw error;
}
