/** The projection that a request names, or the refusal that names those that there are. */
import type { AnyProjection, ProjectionHost } from '../../projection/projection-host.js';
import { AnyReadModel } from '../../projection/read-models/any-read-model.js';
import { Problem } from '../kernel/problem.js';

/** Of a name that may be anything, no more than this is told. */
const MAX_LISTED = 40;

export class ProjectionNotFound extends Problem {
  constructor(name: string, known: readonly string[], detail = notFound(name, known)) {
    super('not-found', 'projection-not-found', 'There is no such projection', detail);
  }
}

function notFound(name: string, known: readonly string[]): string {
  const there = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
  return `There is no projection ${name.slice(0, MAX_LISTED)}; ${there}.`;
}

/** Of any kind. @throws ProjectionNotFound */
export function anyProjectionNamed(
  name: string,
  host: Pick<ProjectionHost, 'all' | 'findAny'>,
): AnyProjection {
  return projectionNamed<AnyProjection>(name, {
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

/** @throws ProjectionNotFound also for a read model, which has no machine */
export function projectionWithMachine(
  name: string,
  host: Pick<ProjectionHost, 'all' | 'findAny'>,
): Exclude<AnyProjection, AnyReadModel> {
  const projection = anyProjectionNamed(name, host);
  if (!(projection instanceof AnyReadModel)) return projection;
  throw new ProjectionNotFound(
    name,
    [],
    `${name} is a read model: handlers write its tables, and it has no machine.`,
  );
}
