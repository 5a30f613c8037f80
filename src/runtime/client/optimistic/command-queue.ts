/** Commands that are shown before they are recorded: sent one after the other, so that they are recorded in this order. */
import { randomKey, type CommandAnswer, type CommandOptions } from '../commands.js';
import { isProblem } from '../problem-error.js';
import { isRetried, pause } from '../retries.js';

/** What a command is expected to record: as `contract.create(data)` makes it. */
export interface ExpectedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly tags?: readonly string[];
}

export interface OptimisticCommand {
  /** What it is expected to record. */
  readonly events: readonly ExpectedEvent[];
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
  readonly events: readonly ExpectedEvent[];
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

/** A server that is there and fails, as with `500`, will most likely fail the next time as well. */
const MAX_FAILURES = 3;

interface Arrival {
  readonly position: number;
  readonly type: string;
}

interface Waiting extends PendingCommand {
  status: 'sending' | 'recorded';
  /** What has come by of it, in order. */
  readonly arrivals: Arrival[];
  /** What it records stands after this position; undefined where nothing of the log was known. */
  readonly after: number | undefined;
  /** Where the last of what it has recorded stands, once that is known. */
  position?: number;
}

/** How far back is looked for the events of a command that was submitted when nothing of the log was known. */
const LOOKED_BACK = 1000;

export class CommandQueue {
  readonly #waiting: Waiting[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #answered = 0;
  #known: number | undefined;

  constructor(private readonly onChange: () => void) {}

  get pending(): readonly PendingCommand[] {
    return this.#waiting.map(({ id, events, status }) => ({ id, events, status }));
  }

  /** The last position that a command was answered with: what is loaded later has it. */
  get answered(): number {
    return this.#answered;
  }

  /** What a state at the position does not have yet, in order. */
  expectedAt(at: number): readonly ExpectedEvent[] {
    return this.#waiting.flatMap(({ events, arrivals, position = Infinity }) =>
      position <= at
        ? []
        : remaining(
            events,
            arrivals.filter((each) => each.position <= at),
          ),
    );
  }

  /** After which position a state that was loaded may have events of commands that are not answered yet; undefined where it has none. */
  soughtAfter(loaded: number): number | undefined {
    const sending = this.#waiting.filter(({ status }) => status === 'sending');
    const after = Math.min(...sending.map((each) => each.after ?? Math.max(0, loaded - LOOKED_BACK)));
    return after < loaded ? after : undefined;
  }

  /** @throws what `send` throws that sending again does not mend (a `500` and the like three times), CommandTimeout, or the signal's reason */
  async submit({
    events,
    send,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    signal,
  }: OptimisticCommand): Promise<CommandAnswer> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(timeoutMs); // throws for what is no time
    const id = randomKey();
    const waiting: Waiting = { id, events, status: 'sending', arrivals: [], after: this.#known };
    this.#waiting.push(waiting);
    this.onChange();
    const ending = signal ? AbortSignal.any([signal, limit]) : limit;
    const sending = within(
      ending,
      this.#turn.then(() => sendUntilAnswered(send, id, ending)),
    );
    this.#turn = sending.catch(() => undefined);
    try {
      const answer = await sending;
      waiting.status = 'recorded';
      waiting.position = answer.position;
      this.#answered = Math.max(this.#answered, answer.position);
      return answer;
    } catch (error) {
      this.#remove(waiting);
      // Its events have come by: it was recorded, though the answer was lost.
      const arrived = waiting.arrivals.at(-1);
      if (arrived !== undefined && !isRefusal(error))
        return { position: arrived.position, location: undefined, body: {} };
      if (limit.aborted && signal?.aborted !== true) throw new CommandTimeout(timeoutMs, error);
      throw error;
    } finally {
      this.onChange();
    }
  }

  /** An event of the command with this id stands at the position. */
  arrive(id: unknown, { position, type }: Arrival): void {
    const waiting = this.#waiting.find((each) => each.id === id);
    if (waiting?.arrivals.some((each) => each.position === position) === false)
      waiting.arrivals.push({ position, type });
  }

  /** All states have everything up to here. */
  reach(position: number): void {
    if (position > 0) this.#known = Math.max(this.#known ?? 0, position);
    for (const waiting of [...this.#waiting])
      if (waiting.position !== undefined && waiting.position <= position) this.#remove(waiting);
  }

  /** The log ends here now: it was restored from a backup. */
  wentBack(head: number): void {
    this.#answered = Math.min(this.#answered, head);
    this.#known = Math.min(this.#known ?? 0, head);
  }

  #remove(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}

/** Each takes the place of the first that was expected with its type, and of those before that: a stream does not have those of types that nobody folds. */
function remaining(
  events: readonly ExpectedEvent[],
  arrivals: readonly Pick<Arrival, 'type'>[],
): readonly ExpectedEvent[] {
  let rest = events;
  for (const { type } of arrivals)
    rest = rest.slice(
      Math.max(
        0,
        rest.findIndex((each) => each.type === type),
      ) + 1,
    );
  return rest;
}

/** The client has its own retries; a server that is away for longer is waited for here. */
async function sendUntilAnswered(
  send: OptimisticCommand['send'],
  id: string,
  signal: AbortSignal,
): Promise<CommandAnswer> {
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    const sent = send({ idempotencyKey: id, correlationId: id, signal }); // what it throws at once is no loss
    try {
      return await sent;
    } catch (error) {
      signal.throwIfAborted();
      if (isFailure(error)) failures += 1;
      if (!isLost(error) || failures >= MAX_FAILURES) throw error;
      await pause(PAUSE_MS, signal);
    }
  }
}

/** The server is away or busy, or the connection was lost: `fetch` says so with a TypeError, and a time limit with a DOMException. */
export function isLost(error: unknown): boolean {
  if (isProblem(error)) return error.status >= 500 || error.status === 429;
  return error instanceof TypeError || error instanceof DOMException;
}

/** An attempt that has recorded nothing. */
function isRefusal(error: unknown): boolean {
  return isProblem(error) && error.status < 500;
}

/** Neither away nor busy, nor a refusal. */
function isFailure(error: unknown): boolean {
  return isProblem(error) && error.status >= 500 && !isRetried(error.status);
}

/** Waits no longer than for the signal, also for what does not heed it. @throws the signal's reason */
function within<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
