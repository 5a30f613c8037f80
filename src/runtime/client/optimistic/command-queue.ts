/** Commands that are shown before they are recorded: sent one after the other, so that they are recorded in this order. */
import { randomKey, type CommandAnswer, type CommandOptions } from '../commands.js';
import { isProblem } from '../problem-error.js';
import { pause } from '../retries.js';

/** What a command is expected to record: as `contract.create(data)` makes it. */
export interface ForeseenEvent {
  readonly type: string;
  readonly data: unknown;
  readonly tags?: readonly string[];
}

export interface OptimisticCommand {
  /** What it is expected to record. */
  readonly events: readonly ForeseenEvent[];
  /** Sends it with these options; called again, with the same ones, while the server is away. */
  readonly send: (
    options: Required<Pick<CommandOptions, 'idempotencyKey' | 'correlationId' | 'signal'>>,
  ) => Promise<CommandAnswer>;
  /** How long it may take until it is answered, from `submit` on, also while the server is away. Default: 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A command that is shown and has not come back yet. */
export interface PendingCommand {
  readonly id: string;
  readonly events: readonly ForeseenEvent[];
  /** `sending` until it is answered; `recorded` until what it has recorded is in the state. */
  readonly status: 'sending' | 'recorded';
}

/** It was not answered in time. What it has recorded, if anything, shows as what others have recorded does. */
export class CommandTimeout extends Error {
  override readonly name = 'CommandTimeout';

  constructor(timeoutMs: number, cause?: unknown) {
    super(`the command was not answered within ${timeoutMs} ms; it is not known whether it was recorded`, {
      cause,
    });
  }
}

const DEFAULT_TIMEOUT_MS = 60_000;
const PAUSE_MS = 1000;

interface Waiting extends PendingCommand {
  status: 'sending' | 'recorded';
  /** How many of its events are in the state. */
  arrived: number;
  /** Where the last of these stands. */
  arrivedAt: number;
  /** Where the last of what it has recorded stands, once that is known. */
  position?: number;
}

export class CommandQueue {
  readonly #waiting: Waiting[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly onChange: () => void) {}

  get pending(): readonly PendingCommand[] {
    return this.#waiting.map(({ id, events, status }) => ({ id, events, status }));
  }

  /** In order, without those that are in the state already. */
  get foreseen(): readonly ForeseenEvent[] {
    return this.#waiting.flatMap(({ events, arrived }) => events.slice(arrived));
  }

  /** @throws what `send` throws that sending again does not mend, CommandTimeout, or the signal's reason */
  async submit({
    events,
    send,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    signal,
  }: OptimisticCommand): Promise<CommandAnswer> {
    signal?.throwIfAborted();
    const id = randomKey();
    const waiting: Waiting = { id, events, status: 'sending', arrived: 0, arrivedAt: 0 };
    this.#waiting.push(waiting);
    this.onChange();
    const limit = AbortSignal.timeout(timeoutMs);
    const ending = signal ? AbortSignal.any([signal, limit]) : limit;
    const before = this.#turn;
    const sending = before.then(() => sendUntilAnswered(send, id, ending));
    this.#turn = sending.catch(() => undefined);
    try {
      const answer = await Promise.race([sending, aborted(ending)]);
      waiting.status = 'recorded';
      waiting.position = answer.position;
      return answer;
    } catch (error) {
      this.#remove(waiting);
      // Its events have come by: it was recorded, though the answer was lost.
      if (waiting.arrived > 0 && !isProblem(error))
        return { position: waiting.arrivedAt, location: undefined, body: {} };
      if (limit.aborted && signal?.aborted !== true) throw new CommandTimeout(timeoutMs, error);
      throw error;
    } finally {
      this.onChange();
    }
  }

  /** An event of the command with this id is in the state now. */
  arrive(id: string, position: number): void {
    const waiting = this.#waiting.find((each) => each.id === id);
    if (waiting === undefined || position <= waiting.arrivedAt) return;
    waiting.arrived += 1;
    waiting.arrivedAt = position;
  }

  /** The state has everything up to here. */
  reach(position: number): void {
    for (const waiting of [...this.#waiting])
      if (waiting.position !== undefined && waiting.position <= position) this.#remove(waiting);
  }

  #remove(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}

/** The client has its own retries; a server that is away for longer is waited for here. */
async function sendUntilAnswered(
  send: OptimisticCommand['send'],
  id: string,
  signal: AbortSignal,
): Promise<CommandAnswer> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await send({ idempotencyKey: id, correlationId: id, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isLost(error)) throw error;
      await pause(PAUSE_MS, signal);
    }
  }
}

/** The server is away or busy, or the connection was lost: `fetch` says so with a TypeError, and a time limit with a DOMException. */
export function isLost(error: unknown): boolean {
  if (isProblem(error)) return error.status >= 500 || error.status === 429;
  return error instanceof TypeError || error instanceof DOMException;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
