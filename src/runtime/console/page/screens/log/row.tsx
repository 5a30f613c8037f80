/** What stands in a row of the log. */
import { timeText } from '../../parts/time.js';
import type { Row } from './positions.js';

export function RowText({
  position,
  of,
}: {
  readonly position: number;
  readonly of: Row;
}): preact.JSX.Element {
  const number = <span class="log-position">{position.toLocaleString('en')}</span>;
  if (of === 'loading')
    return (
      <>
        {number} <span class="quiet">…</span>
      </>
    );
  if (of === 'gone')
    return (
      <>
        {number} <span class="quiet">is no event any more: its upcasters have made nothing of it</span>
      </>
    );
  return (
    <>
      {number}{' '}
      <span class="log-type">
        {of.type}
        {of.parts > 1 && <span class="badge">{of.parts} parts</span>}
      </span>{' '}
      <span class="log-data">{of.data}</span> <span class="log-tags">{of.tags}</span>{' '}
      <time class="log-time" dateTime={of.time} title={of.time}>
        <RowTime of={of.time} />
      </time>
    </>
  );
}

/** On a narrow page the time of day alone; the day is seen when one is opened. */
function RowTime({ of }: { readonly of: string }): preact.JSX.Element {
  const [, day, time] = /^(.*, )(\S+)$/.exec(timeText(of)) ?? [];
  if (day === undefined || time === undefined) return <>{timeText(of)}</>;
  return (
    <>
      <span class="log-day">{day}</span>
      {time}
    </>
  );
}
