/** A projection that has one state: that state now or at a position, how it came about, and its statechart. */
import type { ProjectionOverview } from '../../answers.js';
import { useLive } from '../../asked.js';
import { itemFor, type MachineState } from '../../diagrams/machine.js';
import { useLatest } from '../../latest.js';
import { Data } from '../../parts/data.js';
import { ProblemNotice } from '../../parts/problem.js';
import type { Route } from '../../routes.js';
import { client, settings } from '../../server.js';
import { EventAt } from './event-at.js';
import { History } from './history.js';
import { MachineCard, readMachine, type ActiveMachine } from './machine-card.js';
import { isPosition, readMoment, viewOf, type View } from './moment.js';
import { Past } from './past.js';
import { WhatIf } from './what-if.js';

interface Props {
  readonly overview: ProjectionOverview;
  readonly route: Route;
}

/** What is read beside the live state is read so often at most. */
const LIVE_PAUSE_MS = 400;

const NO_STATES: readonly MachineState[] = [];

export function SingleState({ overview, route }: Props): preact.JSX.Element {
  const { name, links } = overview;
  const state = links['state'] ?? '';
  const machineLink = links['machine'] ?? '';
  const path = pathOf(state);
  const live = useLive(path, (signal) => client.projection(path).watch({ signal }));
  const at = route.query.get('at') ?? undefined;
  const end = Math.max(overview.position, live.value?.position ?? 0);
  const wanted = at ?? String(end);
  const pauseMs = at === undefined ? LIVE_PAUSE_MS : 0;
  const moment = useLatest(wanted, (signal) => readMoment(state, wanted, signal), { pauseMs });
  const machine = useLatest<ActiveMachine>(
    wanted,
    (signal) => {
      const query = at === undefined ? '' : `?${new URLSearchParams({ at })}`;
      return readMachine(`${machineLink}${query}`, signal);
    },
    { pauseMs },
  );
  const position = positionShown(at, end, moment.value?.position);
  const shown: View | undefined =
    at === undefined && live.value !== undefined ? viewOf(live.value) : moment.value?.state;

  return (
    <>
      <Past
        key={name}
        route={route}
        position={position}
        end={end}
        time={moment.value?.event?.time}
        isCurrent={moment.isCurrent}
        item={itemFor(machine.value?.states ?? NO_STATES)}
      />
      <ProblemNotice error={moment.error ?? (shown === undefined ? live.error : undefined)} />
      <div class="columns">
        <div class="stack">
          <section class="card" aria-labelledby="state-title">
            <h2 id="state-title">
              {at === undefined ? 'State now' : `State at ${position.toLocaleString('en')}`}
            </h2>
            {shown === undefined ? <p class="quiet">Loading…</p> : <Data value={shown} label="State" />}
          </section>
          {moment.value !== undefined && (
            <EventAt of={moment.value} name={name} route={route} skipped={overview.skipped} />
          )}
        </div>
        <MachineCard name={name} asked={machine} />
      </div>
      <WhatIf path={path} name={name} route={route} at={at} end={end} />
      <History
        link={state}
        route={route}
        position={position}
        now={live.value ?? moment.value?.state}
        live={live.value}
      />
    </>
  );
}

/** A time is a position once that is known. */
function positionShown(at: string | undefined, end: number, found: number | undefined): number {
  if (at === undefined) return end;
  return isPosition(at) ? Number(at) : (found ?? end);
}

/** The client has its own prefix. */
function pathOf(link: string): string {
  const base = settings.api.endsWith('/') ? settings.api : `${settings.api}/`;
  return link.startsWith(base) ? link.slice(base.length) : link.replace(/^\//, '');
}
