/** The statechart of a projection, lit as it is or was, and what may come next. */
import { isProblem } from '../../../../client/index.js';
import { useAsked } from '../../asked.js';
import type { MachineState } from '../../diagrams/machine.js';
import { Statechart } from '../../diagrams/statechart-drawing.js';
import type { Latest } from '../../latest.js';
import { ProblemNotice } from '../../parts/problem.js';
import { linkTo } from '../../routes.js';
import { ask } from '../../server.js';

export interface ActiveMachine {
  readonly position: number;
  readonly states: readonly MachineState[];
  /** Paths. */
  readonly active: readonly string[];
  /** Types. */
  readonly accepts: readonly string[];
}

export function MachineCard({
  name,
  asked: { value, error },
}: {
  readonly name: string;
  readonly asked: Latest<ActiveMachine>;
}): preact.JSX.Element {
  return (
    <section class="card machine" aria-labelledby="machine-title">
      <h2 id="machine-title">Statechart</h2>
      {error !== undefined &&
        (isProblem(error) && error.status === 406 ? (
          <p class="quiet">This server has it as text only.</p>
        ) : (
          <ProblemNotice error={error} />
        ))}
      {value === undefined && error === undefined && <p class="quiet">Loading…</p>}
      {value !== undefined && (
        <>
          <p>
            {value.active.length === 0 ? 'It has one state alone.' : 'Active: '}
            {innermost(value.active).map((path) => (
              <span key={path}>
                <span class="badge lit">{path}</span>{' '}
              </span>
            ))}
          </p>
          <Statechart name={name} states={value.states} active={value.active} accepts={value.accepts} />
          <div class="row" role="group" aria-label="What may come next">
            <span class="quiet">
              {value.accepts.length === 0 ? 'No event changes it any more.' : 'May come next:'}
            </span>
            {value.accepts.map((type) => (
              <a key={type} class="chip" href={linkTo(['log'], { type })}>
                {type}
              </a>
            ))}
          </div>
        </>
      )}
    </section>
  );
}

/** That of each entity; which of its states are active is shown where the entity is. */
export function EntityMachine({
  name,
  link,
}: {
  readonly name: string;
  readonly link: string;
}): preact.JSX.Element | null {
  const { value } = useAsked<ActiveMachine>(link, (signal) => readMachine(link, signal));
  if (value === undefined) return null;
  return (
    <section class="card" aria-labelledby="machine-title">
      <h2 id="machine-title">Statechart of each entity</h2>
      <Statechart name={name} states={value.states} />
    </section>
  );
}

/** @param link of the machine, with `?at=` where it is of the past */
export function readMachine(link: string, signal: AbortSignal): Promise<ActiveMachine> {
  return ask(link, { signal, isLink: true, headers: { accept: 'application/json' } });
}

/** Those that have no active state in them. */
function innermost(active: readonly string[]): readonly string[] {
  return active.filter((path) => !active.some((other) => other.startsWith(`${path}.`)));
}
