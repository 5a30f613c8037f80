/** From one event that a projection folds to the next, or to the one before. */
import { isProblem } from '../../../../client/index.js';
import { ask } from '../../server.js';

export interface Step {
  readonly from: number;
  /** Of the projection. */
  readonly end: number;
  readonly isBack: boolean;
  readonly item: { readonly types?: readonly string[] };
}

/** The position after that event; where there is none, the beginning or the end. Who may not read events goes position by position. */
export async function positionOfStep(
  { from, end, isBack, item }: Step,
  signal?: AbortSignal,
): Promise<number> {
  const between = isBack ? { before: from, backwards: true } : { after: from };
  try {
    const { events } = await ask<{ readonly events: readonly { readonly position: number }[] }>(
      '/events/query',
      {
        method: 'POST',
        body: { query: [item], limit: 1, ...between },
        ...(signal && { signal }),
      },
    );
    const found = events[0]?.position ?? (isBack ? 0 : end);
    return Math.min(found, end);
  } catch (error) {
    if (!isProblem(error) || error.status >= 500) throw error;
    return Math.min(end, Math.max(0, from + (isBack ? -1 : 1)));
  }
}
