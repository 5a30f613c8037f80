/** `#/projections`: all of this process; `#/projections/<name>`: one of them, now and in its past. */
import { ProblemNotice } from '../parts/problem.js';
import { linkTo } from '../routes.js';
import { ProjectionDetails } from './projection/details.js';
import { ProjectionList } from './projection/list.js';
import type { ScreenProps } from './screen-props.js';

export function ProjectionScreen({ route, projections }: ScreenProps): preact.JSX.Element {
  const { value, error } = projections;
  const [, name] = route.path;
  if (value === undefined)
    return (
      <>
        <h1>{name ?? 'Projections'}</h1>
        {error === undefined ? <p class="quiet">Loading…</p> : <ProblemNotice error={error} />}
      </>
    );
  if (name === undefined) return <ProjectionList of={value} />;
  const overview = value.projections.find((each) => each.name === name);
  if (overview !== undefined)
    return <ProjectionDetails overview={overview} route={route} again={projections.again} />;
  return (
    <>
      <h1>{name}</h1>
      <p class="notice warn">
        This process has no projection of this name.{' '}
        <a href={linkTo(['projections'])}>These are the projections that it has.</a>
      </p>
    </>
  );
}
