/** The machine of a projection as data, with the states that are active in it: of its state now or as it was, or of one of its entities. */
import { mayAccept } from '../../command/chart.js';
import type { Position } from '../../event-log/event.js';
import { positionAt } from '../../event-log/position-at-time.js';
import type { FoldState } from '../../fold/fold-state.js';
import { activeStates, statesOf, type MachineState } from '../../fold/machine-states.js';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import type { Projection } from '../../projection/projection.js';
import { oneValue, type QueryString } from '../kernel/parameters.js';
import { pathOf } from '../kernel/paths.js';
import { InvalidParameter } from '../kernel/problem.js';
import { positionOf } from './as-of.js';
import { requireRecovered } from './query.js';
import { readPointInTime, type PointInTime } from './time-parameter.js';

type WithMachine = Projection | EntityProjection;

export interface ActiveMachine {
  /** At which these states are active. */
  readonly position: Position;
  readonly states: readonly MachineState[];
  /** Paths; none where no entity is named. */
  readonly active: readonly string[];
  /** The types that an active state has a transition for; one with a guard that looks at the event counts. */
  readonly accepts: readonly string[];
}

export interface MachineRequest {
  readonly point: PointInTime | undefined;
  /** Of an entity. */
  readonly key: string | undefined;
}

/** @throws InvalidParameter for a key where there are no entities, and for a point in time where there is no past */
export function readMachineRequest(query: QueryString, projection: WithMachine): MachineRequest {
  const key = oneValue(query, 'key');
  const point = readPointInTime(query, 'at');
  const { name } = projection;
  if (!(projection instanceof EntityProjection)) {
    if (key === undefined) return { point, key };
    throw new InvalidParameter('key', `${name} has one state and no entities; ask without key.`);
  }
  if (point !== undefined && key === undefined)
    throw new InvalidParameter('at', `Say of which entity of ${name}, as in ?key=a&at=3.`);
  if (point !== undefined && projection.definition.tag === undefined)
    throw new InvalidParameter(
      'at',
      `The entities of ${name} have no past, since they have no tag; ask without at.`,
    );
  return { point, key };
}

/** Whether neither a point in time nor an entity is named. */
export const isOfNow = ({ point, key }: MachineRequest): boolean => point === undefined && key === undefined;

/** @throws NotYet, EntityNotFound, EntityDatabaseAway, AfterHead, CannotBeFolded, PastBusy */
export async function activeMachine(
  projection: WithMachine,
  request: MachineRequest,
  signal: AbortSignal,
): Promise<ActiveMachine> {
  const { machine, fold, consumes } = projection.definition;
  const { position, state } = await stateOf(projection, request, signal);
  const types = [...new Set(consumes.map(({ type }) => type))];
  return {
    position,
    states: statesOf(machine),
    active: state === undefined ? [] : activeStates(machine, state.value),
    accepts: state === undefined ? [] : types.filter((type) => mayAccept(fold, state, type)),
  };
}

interface StateAt {
  readonly position: Position;
  /** Undefined where no entity is named. */
  readonly state?: FoldState;
}

async function stateOf(
  projection: WithMachine,
  { point, key }: MachineRequest,
  signal: AbortSignal,
): Promise<StateAt> {
  if (projection instanceof EntityProjection) {
    if (key === undefined) return { position: projection.position };
    const found =
      point === undefined ? await entityNow(projection, key) : await entityAt(projection, key, point, signal);
    if (found !== undefined) return found;
    throw new EntityNotFound(projection.name, key, pathOf(projection.definition));
  }
  if (point === undefined) return projection.folded;
  return projection.past.at(await positionOf(projection.past, point), { signal });
}

async function entityNow(projection: EntityProjection, key: string): Promise<StateAt | undefined> {
  requireRecovered(projection);
  // What is written while the database is asked may be in what is found.
  const { position } = projection;
  const found = projection.cached(key) ?? (await projection.find(key));
  if (found === undefined) return undefined;
  return { position: found.position > position ? found.position : position, state: found.state };
}

async function entityAt(
  projection: EntityProjection,
  key: string,
  point: PointInTime,
  signal: AbortSignal,
): Promise<StateAt | undefined> {
  const through = 'position' in point ? point.position : await positionAt(projection.log, point.time);
  const state = await projection.past.stateAt(key, { through, signal });
  return state === undefined ? undefined : { position: through, state };
}
