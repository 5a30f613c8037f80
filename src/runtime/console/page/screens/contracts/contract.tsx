/** One type of event: what it holds, in all its revisions, who records and who consumes it, and the one that was recorded last. */
import type { ClientEvent } from '../../../../client/index.js';
import { useAsked } from '../../asked.js';
import type { ModelEvent } from '../../model.js';
import { Data } from '../../parts/data.js';
import { Time } from '../../parts/time.js';
import { linkTo } from '../../routes.js';
import { ask } from '../../server.js';
import { PartLinks } from './part-links.js';
import { SchemaTable } from './schema-table.js';

export function Contract({ event }: { readonly event: ModelEvent }): preact.JSX.Element {
  const { type, revision, open, schema, examples, earlier, recordedBy, consumedBy } = event;
  const before = earlier.at(-1)?.schema;
  return (
    <>
      <div class="head">
        <h1>{type}</h1>
        <span class="badge">revision {revision}</span>
        <span class={`badge ${open ? 'warn' : ''}`}>{open ? 'open: anybody may append it' : 'not open'}</span>
        <span class="grow" />
        <a href={linkTo(['contracts'])}>All contracts</a>
      </div>
      <section class="card" aria-label="Who has to do with it">
        <dl class="facts">
          <dt>Recorded by</dt>
          <dd>
            <PartLinks
              of={recordedBy}
              none={open ? 'nobody here, but anybody may append it' : 'nobody here'}
            />
          </dd>
          <dt>Consumed by</dt>
          <dd>
            <PartLinks of={consumedBy} none="nobody here" />
          </dd>
          <dt>In the log</dt>
          <dd>
            <Newest type={type} />
          </dd>
        </dl>
      </section>
      <section class="card" aria-labelledby="schema-title">
        <h2 id="schema-title">What it holds</h2>
        <SchemaTable
          schema={schema}
          {...(before !== undefined && { before })}
          label={`${type}@${revision}`}
        />
      </section>
      {examples.length > 0 && (
        <section class="card" aria-labelledby="examples-title">
          <h2 id="examples-title">Examples</h2>
          {examples.map((example, index) => (
            <Data key={index} value={example} label={`Example ${index + 1}`} />
          ))}
        </section>
      )}
      {earlier.toReversed().map((revised, index, all) => (
        <section class="card" key={revised.revision} aria-label={`Revision ${revised.revision}`}>
          <div class="head">
            <h2>Revision {revised.revision}</h2>
            {revised.upcast !== undefined && revised.upcast.length > 0 && (
              <span class="quiet">read as {revised.upcast.join(', ')}</span>
            )}
          </div>
          {revised.schema === undefined ? (
            <p class="quiet">Its schema is not known.</p>
          ) : (
            <SchemaTable
              schema={revised.schema}
              {...(all[index + 1]?.schema !== undefined && { before: all[index + 1]?.schema ?? {} })}
              label={`${type}@${revised.revision}`}
            />
          )}
        </section>
      ))}
    </>
  );
}

const NEWEST_MS = 3000;

function Newest({ type }: { readonly type: string }): preact.JSX.Element {
  const { value, error } = useAsked(
    `newest ${type}`,
    (signal) =>
      ask<{ readonly events: readonly ClientEvent[] }>('/events/query', {
        method: 'POST',
        body: { query: [{ types: [type] }], limit: 1, backwards: true },
        signal,
      }),
    { everyMs: NEWEST_MS },
  );
  const event = value?.events.at(-1);
  if (value === undefined)
    return <span class="quiet">{error === undefined ? '…' : 'not to be seen here'}</span>;
  if (event === undefined) return <span class="quiet">none was recorded yet</span>;
  return (
    <>
      <a href={linkTo(['log'], { type })}>all of them</a>, the last one at{' '}
      <a class="number" href={linkTo(['log'], { type, open: event.position })}>
        {event.position.toLocaleString('en')}
      </a>
      , <Time of={event.time} />
    </>
  );
}
