/** The entities that have stopped while the others go on, and the events that are about none. */
import type { ProjectionOverview, StoppedAt } from '../../answers.js';
import { linkTo } from '../../routes.js';
import { count } from './kind.js';

interface Props {
  /** Of the projection. */
  readonly name: string;
  readonly entities: NonNullable<ProjectionOverview['entities']>;
}

export function Stopped({ name, entities }: Props): preact.JSX.Element {
  const { faulted, stopped = [], unkeyed } = entities;
  return (
    <>
      {stopped.length > 0 && (
        <section class="card" aria-labelledby="stopped-title">
          <h2 id="stopped-title">Entities that have stopped</h2>
          <StoppedTable name={name} of={stopped} label="Entities that have stopped" />
          {faulted > stopped.length && <p class="quiet">and {count(faulted - stopped.length)} more</p>}
        </section>
      )}
      {unkeyed !== undefined && unkeyed.count > 0 && (
        <section class="card" aria-labelledby="unkeyed-title">
          <h2 id="unkeyed-title">Events about no entity</h2>
          <p class="quiet">They were passed over, {count(unkeyed.count)} in all.</p>
          <StoppedTable name={name} of={unkeyed.first} label="Events about no entity" />
        </section>
      )}
    </>
  );
}

function StoppedTable({
  name,
  of,
  label,
}: {
  readonly name: string;
  readonly of: readonly StoppedAt[];
  readonly label: string;
}): preact.JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">Entity</th>
            <th scope="col">Event</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ key, position, type, error }) => (
            <tr key={`${key ?? ''} ${position}`}>
              <td>{key === undefined ? '–' : <a href={linkTo(['entities', name, key])}>{key}</a>}</td>
              <td>
                <a class="chip" href={linkTo(['log'], { open: position })}>
                  {position} {type}
                </a>
              </td>
              <td>{error}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
