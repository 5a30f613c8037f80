/** Holds what two processes have folded against each other, before one of them takes over a context from the other. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ClientKey } from '../runtime/access/client-key.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import { Problem } from '../runtime/http/kernel/problem.js';

/** The other process does not have what this one has. */
export class CannotForward extends Problem {
  constructor(detail: string) {
    super('conflict', 'cannot-forward', 'Requests cannot be handed over', detail);
  }
}

/** How long requests may wait for the other process to fold what this one has. */
const MAX_WAIT_MS = 10_000;
const POLL_MS = 20;

/** One of the two processes. */
export interface Source {
  position(projection: string): Promise<number | undefined>;
  digest(projection: string, at: number): Promise<string>;
}

/** What `GET /projections/<name>/digest` answers. */
const digestAnswer = z.object({ position: z.int().min(0), digest: z.string().min(1) });

export class ServedSource implements Source {
  /** @param key sent with each request */
  constructor(
    private readonly url: string,
    private readonly key?: ClientKey,
  ) {}

  async position(projection: string): Promise<number> {
    return (await this.#get(projection, '/digest')).position;
  }

  async digest(projection: string, at: number): Promise<string> {
    return (await this.#get(projection, `/digest?at=${at}`)).digest;
  }

  async #get(projection: string, rest: string): Promise<z.output<typeof digestAnswer>> {
    const url = `${this.url}/${PATHS.projections}/${projection}${rest}`;
    try {
      const fault = this.key?.faultOf(new URL(url));
      if (fault !== undefined) throw new CannotForward(`${fault}.`);
      const response = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.timeout(MAX_WAIT_MS),
        ...(this.key !== undefined && { headers: { authorization: this.key.authorization } }),
      });
      if (response.status === 401 || response.status === 403)
        throw new CannotForward(
          `${url} answered ${response.status}; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to a key that has the scope operate there.`,
        );
      if (!response.ok)
        throw new CannotForward(
          `${url} answered ${response.status}; it must serve this context over this log.`,
        );
      const answer = digestAnswer.safeParse(await response.json());
      if (answer.success) return answer.data;
      throw new CannotForward(`${url} answered something else than a position and a digest.`);
    } catch (error) {
      if (error instanceof CannotForward) throw error;
      throw new CannotForward(
        `${url} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

/**
 * At the position that both have folded, and, where the one that takes over is behind, at that of the other, too: at the beginning all
 * logs are equal.
 *
 * @throws CannotForward unless both have the same states; when the one that takes over does not catch up in time
 */
export async function requireEqual(projection: string, from: Source, to: Source): Promise<void> {
  const [one, other] = await Promise.all([from.position(projection), to.position(projection)]);
  if (one === undefined || other === undefined) return; // one that this process does not fold
  await requireEqualAt(projection, Math.min(one, other), from, to);
  if (other >= one) return;
  await reached(projection, one, to);
  await requireEqualAt(projection, one, from, to);
}

/** @throws CannotForward unless both have the same state at a position that both have folded */
async function requireEqualAt(projection: string, at: number, from: Source, to: Source): Promise<void> {
  const [here, there] = await Promise.all([from.digest(projection, at), to.digest(projection, at)]);
  if (here !== there)
    throw new CannotForward(
      `${projection} is ${here} in one process and ${there} in the other; \`leftfold compare\` tells where they part.`,
    );
}

/** Waits until the position is folded. @throws CannotForward when it is not in time */
export async function reached(projection: string, position: number, source: Source): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS;
  for (;;) {
    const at = (await source.position(projection)) ?? position;
    if (at >= position) return;
    if (performance.now() > end)
      throw new CannotForward(
        `${projection} has folded up to ${at}, not yet up to ${position}; try again later.`,
      );
    await pause(POLL_MS);
  }
}
