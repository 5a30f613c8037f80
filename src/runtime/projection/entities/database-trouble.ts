/** What keeps a database of entities from being used for a while: it is tried again until it works. */
import { setTimeout as pause } from 'node:timers/promises';

export type Trouble =
  | 'busy' // another process holds a lock on it
  | 'full' // there is no room to write
  | 'away'; // its server cannot be reached, or refuses for now

export class DatabaseTrouble extends Error {
  /** @param message a sentence for those who operate it, without a password */
  constructor(
    readonly trouble: Trouble,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 2_000;
/** Nothing holds a lock for so long but a program that hangs, which people have to know of. */
const MAX_BUSY_MS = 60_000;

export interface RetryOptions {
  /** Ends the waiting; the trouble is thrown then. */
  readonly signal: AbortSignal;
  /** Told of the trouble while it lasts, and undefined once it is over. */
  readonly onTrouble?: (trouble: DatabaseTrouble | undefined) => void;
  /** Whether the trouble is thrown at once. Default: none is. */
  readonly isFinal?: (trouble: DatabaseTrouble) => boolean;
}

/** Does the work again, after longer and longer pauses, for as long as the trouble lasts. */
export async function retried<Result>(
  work: () => Promise<Result>,
  { signal, onTrouble, isFinal }: RetryOptions,
): Promise<Result> {
  const began = performance.now();
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, MAX_PAUSE_MS)) {
    try {
      const result = await work();
      onTrouble?.(undefined);
      return result;
    } catch (error) {
      if (!(error instanceof DatabaseTrouble)) throw error;
      onTrouble?.(error);
      const isHung = error.trouble === 'busy' && performance.now() - began > MAX_BUSY_MS;
      if (isHung || signal.aborted || isFinal?.(error) === true) throw error;
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
