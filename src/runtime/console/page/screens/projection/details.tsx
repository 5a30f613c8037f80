/** One projection: how it is, what can be done, and, where it has one state, that state now and in the past. */
import { adviceFor } from '../../advice.js';
import type { ProjectionOverview } from '../../answers.js';
import { Status } from '../../parts/status.js';
import { linkTo, type Route } from '../../routes.js';
import { behindText, count, kindOf, rateText } from './kind.js';
import { Fault } from './fault.js';
import { EntityMachine } from './machine-card.js';
import { Operations } from './operations.js';
import { SingleState } from './single-state.js';
import { Snapshots } from './snapshots.js';
import { Stopped } from './stopped.js';

interface Props {
  readonly overview: ProjectionOverview;
  readonly route: Route;
  /** Asks for the overview at once. */
  readonly again: () => void;
}

export function ProjectionDetails({ overview, route, again }: Props): preact.JSX.Element {
  const { name, status, position, lag, eventsPerSecond, digest, skipped = [], entities, links } = overview;
  const kind = kindOf(overview);
  return (
    <>
      <div class="head">
        <h1>
          <a class="crumb" href={linkTo(['projections'])}>
            Projections
          </a>{' '}
          {name}
        </h1>
        <Status of={status} />
        {overview.drift !== undefined && <Status of="drift" />}
      </div>
      {adviceFor(overview).length > 0 && <Fault overview={overview} again={again} />}
      <section class="card" aria-label="How it is">
        <dl class="figures">
          <Figure name="Position">{count(position)}</Figure>
          <Figure name="Behind">{behindText(lag)}</Figure>
          <Figure name="Folded a second">{rateText(eventsPerSecond)}</Figure>
          {entities !== undefined && <Figure name="Entities">{count(entities.count)}</Figure>}
          {skipped.length > 0 && <Figure name="Skipped events">{count(skipped.length)}</Figure>}
        </dl>
        {digest !== undefined && (
          <p class="quiet">
            Digest <code>{digest}</code>
            {skipped.length > 0 && `; left out for ever: ${skipped.slice(0, 20).join(', ')}`}
          </p>
        )}
      </section>
      {kind === 'projection' && <SingleState overview={overview} route={route} />}
      {kind === 'entities' && (
        <p class="notice">
          It has a state for each entity.{' '}
          <a href={linkTo(['entities', name])}>Look at the entities of {name}</a>
        </p>
      )}
      {kind === 'entities' && <EntityMachine name={name} link={links['machine'] ?? ''} />}
      {entities !== undefined && <Stopped name={name} entities={entities} />}
      {kind === 'read model' && (
        <p class="notice">
          It keeps what it folds in tables of its own, which are queried there; its past is not kept.
        </p>
      )}
      <Operations overview={overview} again={again} />
      {kind === 'projection' && <Snapshots of={overview.snapshots ?? []} />}
    </>
  );
}

function Figure({
  name,
  children,
}: {
  readonly name: string;
  readonly children: string;
}): preact.JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}
