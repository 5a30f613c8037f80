/** The projection that a request names, or the refusal that names those that there are. */
import type { EntityProjection } from '../../projection/entities/entity-projection.js';
import type { Projection } from '../../projection/projection.js';
import type { ProjectionHost } from '../../projection/projection-host.js';
import { Problem } from '../kernel/problem.js';

/** Of a name that may be anything, no more than this is told. */
const MAX_LISTED = 40;

export class ProjectionNotFound extends Problem {
  constructor(name: string, known: readonly string[]) {
    const there = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
    super(
      'not-found',
      'projection-not-found',
      'There is no such projection',
      `There is no projection ${name.slice(0, MAX_LISTED)}; ${there}.`,
    );
  }
}

/** Of one state or of many. @throws ProjectionNotFound */
export function anyProjectionNamed(
  name: string,
  host: Pick<ProjectionHost, 'all' | 'findAny'>,
): Projection | EntityProjection {
  return projectionNamed<Projection | EntityProjection>(name, {
    projections: host.all,
    find: (each) => host.findAny(each),
  });
}

/** @throws ProjectionNotFound */
export function projectionNamed<Named extends { readonly name: string }>(
  name: string,
  host: {
    readonly projections: readonly Named[];
    readonly find: (name: string) => Named | undefined;
  },
): Named {
  const projection = host.find(name);
  if (projection !== undefined) return projection;
  throw new ProjectionNotFound(
    name,
    host.projections.map((each) => each.name),
  );
}
