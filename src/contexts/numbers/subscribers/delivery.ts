/** Sends every number, in the order of the log, to one subscriber. It reads at the subscriber's pace, so a slow one holds up nobody. */
import type { EventLog, Position, Query } from '../../../runtime/index.js';
import { numberRecorded } from '../numbers.events.js';
import { asJson } from '../number-body.js';
import { ReceiveRequests } from './receive-request.js';

const NUMBERS: Query = [{ types: [numberRecorded.type] }];

/** A subscriber that could not be reached for so long is dropped. */
export const MAX_UNREACHABLE_MS = 24 * 60 * 60 * 1000;

export interface DeliveryOptions {
  readonly log: Pick<EventLog, 'followPages'>;
  readonly port: number;
  /** Numbers after this position are sent. */
  readonly after: Position;
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly elapsed: () => number;
}

/**
 * Each number is sent once, if the subscriber can be reached then: one that starts again reads the whole log first, and would
 * count twice what was sent to it later.
 *
 * @returns why it has ended: the log has closed or the signal was aborted, or the subscriber could not be reached for a day
 */
export async function deliver({
  log,
  port,
  after,
  signal,
  elapsed,
}: DeliveryOptions): Promise<'ended' | 'unreachable'> {
  const requests = new ReceiveRequests(port);
  let unreachableSince: number | undefined;
  try {
    for await (const { events } of log.followPages(NUMBERS, after, signal)) {
      for (const event of events) {
        if (signal.aborted) return 'ended';
        const isWritten = await requests.send(asJson((event.data as { readonly value: string }).value));
        if (isWritten) unreachableSince = undefined;
        else unreachableSince ??= elapsed();
        if (unreachableSince !== undefined && elapsed() - unreachableSince >= MAX_UNREACHABLE_MS)
          return 'unreachable';
      }
    }
    return 'ended';
  } catch (error) {
    if (signal.aborted) return 'ended';
    throw error;
  } finally {
    requests.close();
  }
}
