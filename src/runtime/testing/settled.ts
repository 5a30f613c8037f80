/** Waits until every projection of an application has folded everything that is in its log: no test need ask again and again. */
import type { INestApplicationContext } from '@nestjs/common';
import { EventLog } from '../event-log/event-log.js';
import type { Position } from '../event-log/event.js';
import { ProjectionHost } from '../projection/projection-host.js';

const SETTLED_TIMEOUT_MS = 5_000;

type Consumer = ProjectionHost['all'][number];

/**
 * Resolves to the head of the log once all projections and entity projections have folded everything up to it, and nothing was
 * recorded meanwhile.
 *
 * @param app a Nest application, or testing module, that was initialized
 * @throws Error that says which of them are behind, where and why: at once when one has stopped, otherwise after `timeoutMs`
 */
export async function settled(
  app: Pick<INestApplicationContext, 'get'>,
  { timeoutMs = SETTLED_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Position> {
  const log = app.get<EventLog>(EventLog, { strict: false });
  const host = app.get<ProjectionHost>(ProjectionHost, { strict: false });
  const ended = new AbortController();
  const deadline = setTimeout(() => {
    ended.abort();
  }, timeoutMs);
  const stopListening = onFault(host, () => {
    ended.abort();
  });
  let head = await log.head();
  try {
    for (;;) {
      const wanted = head;
      await Promise.all(host.all.map((consumer) => consumer.reached(wanted, ended.signal)));
      head = await log.head();
      if (head === wanted) return head;
    }
  } catch (error) {
    throw new Error(await unsettled(host.all, head, timeoutMs), { cause: error });
  } finally {
    clearTimeout(deadline);
    for (const stop of stopListening) stop();
  }
}

/** Calls back as soon as one of them is faulted. @returns what ends it, for each */
function onFault({ root, all }: ProjectionHost, callback: () => void): readonly (() => void)[] {
  const actors = Object.values(root.getSnapshot().context.projections);
  if (all.some(({ status }) => status === 'faulted')) callback();
  return actors.map((actor) => {
    const subscription = actor.subscribe(({ value }) => {
      if (value === 'faulted') callback();
    });
    return () => {
      subscription.unsubscribe();
    };
  });
}

async function unsettled(all: readonly Consumer[], head: Position, timeoutMs: number): Promise<string> {
  await Promise.resolve(); // what caused a fault is copied to the projection in the same turn
  const behind = all.filter(({ position }) => position < head);
  const lines = behind.map(
    ({ name, position, status, fault }) =>
      `  ${name} is at ${position}, ${status}${fault === undefined ? '' : ` at position ${fault.position}: ${fault.message}`}`,
  );
  const hasFault = behind.some(({ status }) => status === 'faulted');
  const when = hasFault ? 'a projection has stopped' : `not everything is folded after ${timeoutMs} ms`;
  const running = behind.some(({ status }) => status === 'recovering' || status === 'resuming');
  const hint = running && !hasFault ? '\nThey start with the application: call await app.init() first.' : '';
  return `${when}; the log ends at position ${head}\n${lines.join('\n') || '  all of them have come so far, and more is recorded all the time'}${hint}`;
}
