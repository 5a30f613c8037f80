/** The events of one subject or entity, newest first, each with what it has changed; opened, with all that it has and what was after it. */
import { Data } from '../../parts/data.js';
import { ProblemNotice } from '../../parts/problem.js';
import { Time } from '../../parts/time.js';
import { useLatest } from '../../latest.js';
import { go, linkTo, linkWith, type Route } from '../../routes.js';
import type { Change } from '../../difference.js';
import { pastOf, type PastPage } from './past-request.js';
import type { Step } from './past-steps.js';
import { leafText, leavesOf } from './state-now.js';
import type { Thing } from './things.js';

interface Props {
  readonly route: Route;
  readonly thing: Thing;
  readonly id: string;
  /** Another one whenever there is something new. */
  readonly turn: string;
}

export function Past({ route, thing, id, turn }: Props): preact.JSX.Element {
  const asked = Number(route.query.get('before'));
  const before = Number.isSafeInteger(asked) && asked > 0 ? asked : undefined;
  const { value, error } = useLatest<PastPage>(`${thing.name} ${id} ${before ?? ''} ${turn}`, (signal) =>
    pastOf(thing, id, before, signal),
  );
  return (
    <section class="card" aria-labelledby="past-title">
      <h2 id="past-title">Events, and the states between them</h2>
      <ProblemNotice error={error} />
      {value === undefined && error === undefined && <p class="quiet">Loading…</p>}
      {value?.steps.length === 0 && (
        <p class="quiet">No events with its tag were found; the log has all of them.</p>
      )}
      <ol class="steps">
        {value?.steps.map((step) => (
          <StepRow key={step.position} step={step} route={route} />
        ))}
      </ol>
      <nav class="row" aria-label="Pages of events">
        {before !== undefined && (
          <a class="button" href={linkWith(route, { before: undefined })}>
            Newest
          </a>
        )}
        {value?.before !== undefined && (
          <a class="button" href={linkWith(route, { before: value.before })}>
            Older
          </a>
        )}
      </nav>
    </section>
  );
}

function StepRow({ step, route }: { readonly step: Step; readonly route: Route }): preact.JSX.Element {
  const { position, type, time, event, view, changes, isForgotten } = step;
  const isOpen = route.query.get('open') === String(position);
  return (
    <li>
      <details
        open={isOpen}
        onToggle={({ currentTarget: { open } }) => {
          if (open !== isOpen) go(linkWith(route, { open: open ? position : undefined }), 'replace');
        }}
      >
        <summary>
          <span class="number quiet">{position.toLocaleString('en')}</span>{' '}
          <strong class="mono">{type}</strong>{' '}
          <span class="quiet">
            <Time of={time} />
          </span>
        </summary>
        <div class="stack">
          <p>
            <a href={linkTo(['log'], { open: position })}>In the log</a>
          </p>
          {event !== undefined && (
            <>
              <h3>What was recorded</h3>
              <Data value={event.data} label={`Data of event ${position}`} />
            </>
          )}
          {view !== undefined && (
            <>
              <h3>What it was then</h3>
              <Data value={view} label={`State after event ${position}`} />
            </>
          )}
        </div>
      </details>
      {isForgotten && <p class="quiet">With it, it ended: the list has it no more.</p>}
      {changes !== undefined && !isForgotten && <ChangeList changes={changes} />}
      {view === undefined && event !== undefined && !isForgotten && <MemberList of={event.data} />}
    </li>
  );
}

const MAX_SHOWN = 12;

function ChangeList({ changes }: { readonly changes: readonly Change[] }): preact.JSX.Element {
  if (changes.length === 0) return <p class="quiet">It changed nothing of what is shown.</p>;
  return (
    <ul class="step-changes">
      {changes.slice(0, MAX_SHOWN).map((change) => (
        <li key={change.path}>
          <code>{change.path === '' ? 'all of it' : change.path}</code>{' '}
          {Object.hasOwn(change, 'before') && <del>{valueText(change.before)}</del>}{' '}
          {Object.hasOwn(change, 'after') ? <ins>{valueText(change.after)}</ins> : <span>is gone</span>}
        </li>
      ))}
      {changes.length > MAX_SHOWN && <li class="quiet">and {changes.length - MAX_SHOWN} more</li>}
    </ul>
  );
}

/** Of an event of which it is not known what it has changed. */
function MemberList({ of }: { readonly of: unknown }): preact.JSX.Element {
  return (
    <ul class="step-changes">
      {leavesOf(of)
        .slice(0, MAX_SHOWN)
        .map(({ path, value }) => (
          <li key={path}>
            <code>{path}</code> <span class="quiet">{valueText(value)}</span>
          </li>
        ))}
    </ul>
  );
}

const MAX_CHARACTERS = 80;

function valueText(value: unknown): string {
  const text = leafText(value);
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}
