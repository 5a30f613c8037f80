/** One event beside the log: what is in it, how it was recorded, what it has to do with others, and who folds it. */
import { useEffect, useRef } from 'preact/hooks';
import { isProblem } from '../../../../client/index.js';
import { useAsked } from '../../asked.js';
import { Data } from '../../parts/data.js';
import type { Model } from '../../model.js';
import { ProblemNotice } from '../../parts/problem.js';
import { linkWith, type Route } from '../../routes.js';
import { ask, client } from '../../server.js';
import { Causation } from './causation-view.js';
import { Consumers } from './consumers.js';
import { EventFacts } from './event-facts.js';
import { fetchPages } from './event-pages.js';
import type { EventAnswer, StoredAnswer } from './event-row.js';
import { WITHOUT_FILTER } from './log-filter.js';

interface Props {
  readonly position: number;
  readonly head: number;
  readonly route: Route;
  readonly model: Model | undefined;
  /** On a narrow page it hides the list. */
  readonly isOverList: boolean;
}

export function OpenedEvent({ position, head, route, model, isOverList }: Props): preact.JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const parts = useAsked(`event ${position}`, async (signal) => partsAt(position, signal));
  const stored = useAsked(`recorded ${position}`, (signal) =>
    ask<StoredAnswer>(`/events/${position}/recorded`, { signal }),
  );
  useEffect(() => {
    if (isOverList) title.current?.focus();
  }, [position]);
  const [first] = parts.value ?? [];

  return (
    <section class="card log-opened" aria-labelledby="opened-title">
      <div class="head">
        <h2 id="opened-title" ref={title} tabIndex={-1} class="grow">
          Event {position.toLocaleString('en')}
        </h2>
        {position < head && <a href={linkWith(route, { open: position + 1 })}>Newer</a>}
        {position > 1 && <a href={linkWith(route, { open: position - 1 })}>Older</a>}
        <a class="button" href={linkWith(route, { open: undefined })}>
          Close
        </a>
      </div>
      <ProblemNotice error={parts.error} />
      {parts.isLoading && <p class="quiet">Loading…</p>}
      {parts.value?.length === 0 && (
        <p class="notice">
          {position > head
            ? `There is no such event: the log ends at ${head.toLocaleString('en')}.`
            : 'Its upcasters have made nothing of it: whoever reads the log does not see it.'}
        </p>
      )}
      {first !== undefined && <EventFacts event={first} stored={stored.value} route={route} />}
      {parts.value?.map((event) => (
        <div key={event.part ?? 0} class="stack">
          <h3>{dataTitle(event, parts.value?.length ?? 1)}</h3>
          <Data value={event.data} label={dataTitle(event, parts.value?.length ?? 1)} />
        </div>
      ))}
      <Recorded stored={stored.value} error={stored.error} today={parts.value} />
      {first !== undefined && (
        <>
          <div class="stack">
            <h3>Metadata</h3>
            <Data value={first.metadata} label="Metadata" />
          </div>
          <Causation event={first} route={route} />
          <Consumers types={(parts.value ?? []).map(({ type }) => type)} position={position} model={model} />
        </>
      )}
      <p>
        <a
          href={linkWith(route, { ...WITHOUT_FILTER, at: position, ...(isOverList && { open: undefined }) })}
        >
          Show it among its neighbours
        </a>
      </p>
    </section>
  );
}

/** All that upcasters have made of it. */
async function partsAt(position: number, signal: AbortSignal): Promise<readonly EventAnswer[]> {
  const everything = { types: [], tags: [], where: {} };
  const { events } = await fetchPages(client)(
    everything,
    { after: position - 1, before: position + 1, limit: 1 },
    signal,
  );
  return events;
}

function dataTitle({ type, revision, part }: EventAnswer, parts: number): string {
  return parts > 1 && part !== undefined
    ? `Part ${part}: data of ${type}, revision ${revision}`
    : `Data, revision ${revision}`;
}

interface RecordedProps {
  readonly stored: StoredAnswer | undefined;
  readonly error: unknown;
  readonly today: readonly EventAnswer[] | undefined;
}

/** Only where it differs from what it is read as. */
function Recorded({ stored, error, today }: RecordedProps): preact.JSX.Element | null {
  if (error !== undefined)
    return isProblem(error) && error.status === 404 ? (
      <p class="quiet">How it was recorded is not to be had from this server.</p>
    ) : (
      <ProblemNotice error={error} />
    );
  if (stored === undefined || today === undefined || isAsRecorded(stored, today)) return null;
  const title = `As it was recorded: ${stored.type}, revision ${stored.revision}`;
  return (
    <div class="stack">
      <h3>{title}</h3>
      <Data value={stored.data} label={title} />
    </div>
  );
}

function isAsRecorded(stored: StoredAnswer, today: readonly EventAnswer[]): boolean {
  const [only] = today;
  return (
    today.length === 1 &&
    only?.type === stored.type &&
    only.revision === stored.revision &&
    JSON.stringify(only.data) === JSON.stringify(stored.data)
  );
}
