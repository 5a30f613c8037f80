/** The frame of the console: where one can go, in which environment, whether the server is there; and the screen that is shown. */
import { useEffect, useState } from 'preact/hooks';
import { isRefusal, useAsked } from './asked.js';
import { ProblemNotice } from './parts/problem.js';
import { KeyForm } from './parts/key-form.js';
import { linkTo, useRoute, type Route } from './routes.js';
import { ask, asksForKey, hasKey, reasonOf, settings } from './server.js';
import { SCREENS, type Screen } from './screens/screens.js';
import type { Projections } from './answers.js';

const OVERVIEW_MS = 2000;

export function App(): preact.JSX.Element {
  const route = useRoute();
  const projections = useAsked<Projections>(
    'projections',
    (signal) => ask<Projections>('/projections', { signal }),
    { everyMs: OVERVIEW_MS },
  );
  const screen = screenOf(route);
  useEffect(() => {
    const place = [...route.path.slice(1), screen?.title ?? 'Nothing here'].join(', ');
    document.title = `${place} – Leftfold${settings.environment === undefined ? '' : ` (${settings.environment})`}`;
  }, [location.hash]);
  const [isKeyAsked, setKeyAsked] = useState(false);
  useEffect(() => {
    if (asksForKey(projections.error)) setKeyAsked(true);
  }, [projections.error]);

  return (
    <>
      {settings.environment !== undefined && <header class="environment">{settings.environment}</header>}
      {projections.error !== undefined && !isRefusal(projections.error) && (
        <p class="away" role="status">
          {reasonOf(projections.error)} What is shown is what was known last; it is tried again.
        </p>
      )}
      <nav class="side" aria-label="Console">
        <a class="brand" href={linkTo([])}>
          Leftfold <small>console</small>
        </a>
        <ul>
          {SCREENS.filter(({ isInNavigation }) => isInNavigation).map(({ path, title }) => (
            <li key={path}>
              <a
                href={linkTo(path === '' ? [] : [path])}
                aria-current={(route.path[0] ?? '') === path ? 'page' : undefined}
              >
                {title}
              </a>
            </li>
          ))}
        </ul>
        {hasKey() && !isKeyAsked && (
          <button
            type="button"
            class="key"
            onClick={() => {
              setKeyAsked(true);
            }}
          >
            Use another key
          </button>
        )}
      </nav>
      <main id="main">
        {isKeyAsked ? (
          <KeyForm
            isRefused={asksForKey(projections.error)}
            again={() => {
              setKeyAsked(false);
              projections.again();
            }}
          />
        ) : screen === undefined ? (
          <ProblemNotice error={new Error(`The console has no ${location.hash}.`)} />
        ) : (
          <screen.Shown key={route.path.join('/')} route={route} projections={projections} />
        )}
      </main>
    </>
  );
}

function screenOf({ path: [first = ''] }: Route): Screen | undefined {
  return SCREENS.find(({ path }) => path === first);
}
