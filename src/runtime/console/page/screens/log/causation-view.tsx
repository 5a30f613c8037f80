/** What caused an event and what it caused. */
import { useEffect, useState } from 'preact/hooks';
import { ProblemNotice } from '../../parts/problem.js';
import { linkWith, type Route } from '../../routes.js';
import { client } from '../../server.js';
import { causationIdOf, causationTree, type CausationNode } from './causation.js';
import { CausationSearch, namedCause, type CausationFound } from './causation-search.js';
import { fetchPages } from './event-pages.js';
import type { EventAnswer } from './event-row.js';

interface Props {
  readonly event: EventAnswer;
  readonly route: Route;
}

export function Causation({ event, route }: Props): preact.JSX.Element {
  const [search] = useState(() => new CausationSearch(event, fetchPages(client)));
  const [found, setFound] = useState<CausationFound>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const [isBusy, setBusy] = useState(true);

  useEffect(() => {
    const ending = new AbortController();
    setBusy(true);
    setError(undefined);
    search
      .more(ending.signal)
      .then(setFound, (thrown: unknown) => {
        if (!ending.signal.aborted) setError(thrown);
      })
      .finally(() => {
        if (!ending.signal.aborted) setBusy(false);
      });
    return () => {
      ending.abort();
    };
  }, [turn]);

  const tree = causationTree(found?.events ?? [], event);
  const isAlone = tree.event.position === event.position && tree.effects.length === 0;
  return (
    <div class="stack">
      <h3>What caused it and what it caused</h3>
      <Origin root={tree.event} route={route} />
      {isAlone ? (
        <p class="quiet">{isBusy ? 'Looking…' : aloneText(event)}</p>
      ) : (
        <ul class="log-tree" aria-label="Causes and effects">
          <Node node={tree} opened={event.position} route={route} />
        </ul>
      )}
      <ProblemNotice
        error={error}
        again={() => {
          setTurn((before) => before + 1);
        }}
      />
      {found !== undefined && (
        <div class="row">
          <p class="quiet">
            Looked through positions {found.from.toLocaleString('en')} to {found.to.toLocaleString('en')}.
            {found.isCut && ' There are more than are shown.'}
          </p>
          {!found.isComplete && (
            <button
              type="button"
              disabled={isBusy}
              onClick={() => {
                setTurn((before) => before + 1);
              }}
            >
              Look further
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function aloneText(event: EventAnswer): string {
  return causationIdOf(event) === undefined
    ? 'It names no cause, and nothing that was looked through names it as its own.'
    : 'No other event of its causation was found.';
}

/** The cause that the first one names, where it is not among what was found. */
function Origin({
  root,
  route,
}: {
  readonly root: EventAnswer;
  readonly route: Route;
}): preact.JSX.Element | null {
  const id = causationIdOf(root);
  if (id === undefined) return null;
  const position = namedCause(root);
  return (
    <p>
      Caused by{' '}
      {position === undefined ? (
        <span class="chip">{id}</span>
      ) : (
        <a href={linkWith(route, { open: position })}>event {position.toLocaleString('en')}</a>
      )}
    </p>
  );
}

interface NodeProps {
  readonly node: CausationNode;
  readonly opened: number;
  readonly route: Route;
}

function Node({ node: { event, effects }, opened, route }: NodeProps): preact.JSX.Element {
  const text = `${event.position.toLocaleString('en')} ${event.type}`;
  return (
    <li>
      {event.position === opened ? (
        <strong aria-current="true">{text}</strong>
      ) : (
        <a href={linkWith(route, { open: event.position })}>{text}</a>
      )}
      {effects.length > 0 && (
        <ul>
          {effects.map((node) => (
            <Node key={node.event.position} node={node} opened={opened} route={route} />
          ))}
        </ul>
      )}
    </li>
  );
}
