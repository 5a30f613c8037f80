/** What becomes of a consumed event that the chart has no transition for in the state: it changes nothing, or it cannot be folded. */
import { createHash } from 'node:crypto';
import type { Fold } from '../fold/fold-state.js';

/**
 * `ignore`, as XState does, or `fault`: the event is one that cannot be folded. A transition whose guard says no is a transition, since the chart has
 * said what it does in that case: nothing. So is a wildcard, and one that says that nothing is done, as in `{ 'order.paid': {} }`.
 */
export type Unhandled = 'ignore' | 'fault';

const UNHANDLED: readonly Unhandled[] = ['ignore', 'fault'];

/** @throws Error when it is neither */
export function requireUnhandled(name: string, unhandled: unknown): void {
  if (!UNHANDLED.includes(unhandled as Unhandled))
    throw new Error(`projection ${name}: unhandled is ignore or fault, not ${JSON.stringify(unhandled)}`);
}

/** A fold whose step throws for an event that its state has no transition for. */
export function withoutUnhandled<Context>(fold: Fold<Context>): Fold<Context> {
  return {
    ...fold,
    step: (state, event) => {
      if (fold.handles?.(state, event.type) === false)
        throw new Error(
          `the state ${JSON.stringify(state.value)} has no transition for ${event.type}, and unhandled is fault`,
        );
      return fold.step(state, event);
    },
  };
}

/** That of a projection whose unhandled events are faults: its states are not those of one that ignores them. */
export function fingerprintWithoutUnhandled(fingerprint: string): string {
  return createHash('sha256').update(`${fingerprint} unhandled: fault`).digest('base64url');
}
