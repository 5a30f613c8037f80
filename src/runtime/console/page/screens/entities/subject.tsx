/** One subject or entity: how it is now, what can be done with it now, and its past. */
import { Fragment } from 'preact';
import { useAsked, useLive, type Asked } from '../../asked.js';
import type { MachineState } from '../../diagrams/machine.js';
import { Statechart } from '../../diagrams/statechart-drawing.js';
import { isProblem } from '../../../../client/index.js';
import { pathIn, type ModelDecider } from '../../model.js';
import { Data } from '../../parts/data.js';
import { ProblemNotice } from '../../parts/problem.js';
import { go, linkTo, linkWith, type Route } from '../../routes.js';
import { client } from '../../server.js';
import { activeStates, badgeOf, leafText, leavesOf, type StateNow } from './state-now.js';
import { Past } from './past.js';
import { SubjectCommands } from './subject-commands.js';
import type { Thing } from './things.js';

const STATE_MS = 1500;

interface Props {
  readonly route: Route;
  readonly thing: Thing;
  readonly id: string;
}

export function Subject({ route, thing, id }: Props): preact.JSX.Element {
  const { name, decider } = thing;
  const now = useStateNow(thing, id);
  const { value, error } = now;
  const badge = badgeOf(value);
  return (
    <>
      <div class="head">
        <h1>
          <a href={linkTo(['entities', name])}>{name}</a> <span class="mono">{id}</span>
        </h1>
        {badge !== undefined && <span class="badge lit">{badge}</span>}
      </div>
      {isProblem(error) && error.status === 404 ? (
        <p class="notice warn">{error.detail} It may be that it is no more: its events are below.</p>
      ) : (
        <ProblemNotice error={error} />
      )}
      {value === null && <p class="notice warn">It was removed from the list; its events are below.</p>}
      <div class="columns">
        <div class="stack">
          {value !== undefined && value !== null && <StateCard value={value} />}
          <Past route={route} thing={thing} id={id} turn={JSON.stringify(value)} />
        </div>
        <div class="stack">
          {decider !== undefined && (
            <>
              <SubjectCommands
                route={route}
                decider={decider}
                id={id}
                allowed={value?.commands}
                again={now.again}
              />
              <Chart route={route} decider={decider} value={value} />
            </>
          )}
        </div>
      </div>
    </>
  );
}

/** A decider is asked again and again; an entity is watched. */
function useStateNow({ name, decider, entities }: Thing, id: string): Asked<StateNow | null> {
  const path = decider?.path;
  const key = `${name} ${id}`;
  const asked = useAsked<StateNow | null>(
    key,
    async (signal) => {
      if (path === undefined) return null;
      const link = `${path}/${encodeURIComponent(id)}`;
      return (await client.request(link, { isLink: true, signal })).body as StateNow;
    },
    { everyMs: STATE_MS },
  );
  const live = useLive<StateNow | null>(
    key,
    path === undefined && entities?.path !== undefined
      ? (signal) => client.entities(pathIn(entities.path ?? '')).watchOne(id, { signal })
      : undefined,
  );
  return path === undefined
    ? { ...live, isLoading: live.value === undefined, again: () => undefined }
    : asked;
}

function StateCard({ value }: { readonly value: StateNow }): preact.JSX.Element {
  const shown = Object.fromEntries(Object.entries(value).filter(([member]) => member !== 'commands'));
  return (
    <section class="card" aria-labelledby="state-title">
      <h2 id="state-title">Now</h2>
      <dl class="facts">
        {leavesOf(shown).map(({ path, value: is }) => (
          <Fragment key={path}>
            <dt>{path}</dt>
            <dd>{leafText(is)}</dd>
          </Fragment>
        ))}
      </dl>
      <details>
        <summary>As JSON</summary>
        <Data value={shown} label="State as JSON" />
      </details>
    </section>
  );
}

interface ChartProps {
  readonly route: Route;
  readonly decider: ModelDecider;
  readonly value: StateNow | null | undefined;
}

/** Drawn when it is asked for. */
function Chart({ route, decider, value }: ChartProps): preact.JSX.Element {
  const isShown = route.query.get('chart') === '1';
  return (
    <details
      class="card"
      open={isShown}
      onToggle={({ currentTarget: { open } }) => {
        if (open !== isShown) go(linkWith(route, { chart: open ? '1' : undefined }), 'replace');
      }}
    >
      <summary>
        <strong>Statechart</strong>
      </summary>
      {isShown && (
        <Statechart
          name={decider.name}
          states={decider.states as readonly MachineState[]}
          active={activeStates(value?.['state'])}
          accepts={decider.commands
            .filter(({ name }) => Object.hasOwn(value?.commands ?? {}, name))
            .flatMap(({ records }) => records)}
        />
      )}
    </details>
  );
}
