/** What an event is besides its data, with links to the events that have the same. */
import { Time } from '../../parts/time.js';
import { linkWith, type Route } from '../../routes.js';
import { textIn } from './causation.js';
import type { EventAnswer, StoredAnswer } from './event-row.js';
import { WITHOUT_FILTER, type FilterParameter } from './log-filter.js';

interface Props {
  readonly event: EventAnswer;
  readonly stored: StoredAnswer | undefined;
  readonly route: Route;
}

export function EventFacts({ event, stored, route }: Props): preact.JSX.Element {
  const only = (parameter: FilterParameter, value: string): preact.JSX.Element => (
    <a
      class="chip"
      key={value}
      href={linkWith(route, { ...WITHOUT_FILTER, at: undefined, [parameter]: value })}
      title={`Events with this ${parameter}`}
    >
      {value}
    </a>
  );
  const correlation = textIn(event.metadata, 'correlationId');
  const principal = textIn(event.metadata, 'principal');
  return (
    <dl class="facts">
      <dt>Type</dt>
      <dd>{only('type', event.type)}</dd>
      <dt>Revision</dt>
      <dd>
        {event.revision}
        {stored !== undefined && stored.revision !== event.revision && `, recorded as ${stored.revision}`}
      </dd>
      <dt>Time</dt>
      <dd>
        <Time of={event.time} />
      </dd>
      <dt>Tags</dt>
      <dd class="row">
        {event.tags.length === 0 ? (
          <span class="quiet">none</span>
        ) : (
          event.tags.map((tag) => only('tag', tag))
        )}
      </dd>
      {correlation !== undefined && (
        <>
          <dt>Correlation</dt>
          <dd>{only('correlation', correlation)}</dd>
        </>
      )}
      {principal !== undefined && (
        <>
          <dt>Principal</dt>
          <dd>{only('principal', principal)}</dd>
        </>
      )}
      <dt>Commit</dt>
      <dd class="mono">{event.commit}</dd>
      {stored !== undefined && (
        <>
          <dt>Its events</dt>
          <dd>{eventsText(stored.commit)}</dd>
          <dt>Its hash</dt>
          <dd class="mono">{stored.commit.hash}</dd>
          <dt>Hash before</dt>
          <dd class="mono">
            {stored.commit.previous ?? <span class="quiet">nothing: it is the first</span>}
          </dd>
        </>
      )}
    </dl>
  );
}

function eventsText({ first, last }: StoredAnswer['commit']): string {
  return first === last
    ? 'this one alone'
    : `${first.toLocaleString('en')} to ${last.toLocaleString('en')}, all or none`;
}
