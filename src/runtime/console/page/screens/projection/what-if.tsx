/** What the state would be without some events, beside what it is. Nothing is recorded by looking. */
import { useState } from 'preact/hooks';
import { useLatest } from '../../latest.js';
import { ProblemNotice } from '../../parts/problem.js';
import { go, linkWith, type Route } from '../../routes.js';
import { client } from '../../server.js';
import { Changes } from './changes.js';
import { positionsIn, withoutIn } from './without.js';

interface Props {
  readonly path: string;
  readonly name: string;
  readonly route: Route;
  /** Absent: now. */
  readonly at: string | undefined;
  readonly end: number;
}

export function WhatIf({ path, name, route, at, end }: Props): preact.JSX.Element {
  const without = withoutIn(route);
  // It may fold all of the log, so what is recorded meanwhile does not ask again by itself.
  const [turn, setTurn] = useState(0);
  const key = without.length === 0 ? undefined : `${without.join(',')} ${at ?? 'now'} ${turn}`;
  const { value, error, isCurrent } = useLatest(key, (signal) =>
    client.projection(path).whatIf({ without, signal, ...(at !== undefined && { at }) }),
  );
  const isOfThese = value?.without.join() === without.join();
  return (
    <section class="card" aria-labelledby="what-if-title">
      <h2 id="what-if-title">What if</h2>
      <p class="quiet">
        Leave out single events and see what {name} would be without them. Events that were recorded because
        of them stay. Nothing is recorded by looking.
      </p>
      <form
        class="row bottom"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const text = new FormData(form).get('without');
          const added = positionsIn(typeof text === 'string' ? text : '');
          form.reset();
          go(linkWith(route, { without: positionsIn([...without, ...added].join()).join(',') }));
        }}
      >
        <label>
          <span>Position of an event, or several</span>
          <input name="without" inputMode="numeric" autocomplete="off" placeholder="17, 18" />
        </label>
        <button type="submit">Leave out</button>
      </form>
      {without.length > 0 && (
        <>
          <ul class="row" aria-label="Left out">
            {without.map((position) => (
              <li key={position}>
                <a class="chip" href={linkWith(route, { at: position })}>
                  {position}
                </a>{' '}
                <a
                  class="button small"
                  aria-label={`Count event ${position} in again`}
                  href={linkWith(route, { without: without.filter((each) => each !== position).join(',') })}
                >
                  ×
                </a>
              </li>
            ))}
          </ul>
          <ProblemNotice error={error} />
          {error === undefined && !isCurrent && !isOfThese && <p class="quiet">Folding…</p>}
          {value !== undefined && isOfThese && error === undefined && (
            <>
              <div class="row">
                <h3>At {value.position.toLocaleString('en')}</h3>
                {at === undefined && end > value.position && (
                  <button
                    type="button"
                    disabled={!isCurrent}
                    onClick={() => {
                      setTurn(turn + 1);
                    }}
                  >
                    Ask again as of {end.toLocaleString('en')}
                  </button>
                )}
              </div>
              <Changes
                before={value.is}
                after={value.wouldBe}
                titles={['Is', 'Would be']}
                label="What is, and what would be"
                none="It would be the same."
              />
            </>
          )}
        </>
      )}
    </section>
  );
}
