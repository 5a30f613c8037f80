/** What of a process is shown as actors: its root actor, the lifecycle of each projection, and each projection itself. */
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { Projection } from '../../projection/projection.js';
import type { AnyProjection, ProjectionHost } from '../../projection/projection-host.js';
import type { ProjectionActor, ProjectionStatus } from '../../projection/projection.machine.js';
import type { RuntimeActor } from '../../projection/runtime.machine.js';
import { ROOT_ID, definitionOf, type ActorIdentity, type ActorSnapshot } from './inspection-messages.js';
import type { InspectedEvent } from './inspection-messages.js';

/** @param count how many events these were; `last` are the newest of them */
export type OnEvents = (count: number, last: readonly InspectedEvent[]) => void;

export interface InspectedActor extends ActorIdentity {
  /** Another one once the snapshot is another. */
  mark(): unknown;
  snapshot(): ActorSnapshot;
  /** Calls back with events from now on. @returns what ends it */
  watch?(callback: OnEvents): () => void;
}

/** Of what is folded at once, these many events are shown. */
export const MAX_EVENTS = 20;

/** An actor before those within it. */
export function inspectedActors({ root, all }: ProjectionHost): readonly InspectedActor[] {
  return [
    rootOf(root),
    ...all.flatMap((projection) => {
      const actor = root.getSnapshot().context.projections[projection.name];
      const parentId = actor === undefined ? ROOT_ID : lifecycleId(projection);
      const lifecycle = actor === undefined ? [] : [lifecycleOf(projection, actor, root)];
      return [...lifecycle, { ...actorOf(projection), parentId }];
    }),
  ];
}

const lifecycleId = ({ name }: AnyProjection): string => `lifecycle/${name}`;

function rootOf(root: RuntimeActor): InspectedActor {
  return {
    id: ROOT_ID,
    name: ROOT_ID,
    parentId: undefined,
    definition: definitionOf(ROOT_ID, root.logic.config),
    mark: () => root.getSnapshot(),
    snapshot: () => {
      const { status, value, context } = root.getSnapshot();
      return { status, value, context: { projections: Object.keys(context.projections) } };
    },
  };
}

function lifecycleOf(projection: AnyProjection, actor: ProjectionActor, root: RuntimeActor): InspectedActor {
  const { name } = projection;
  return {
    id: lifecycleId(projection),
    name: `${name} (lifecycle)`,
    parentId: ROOT_ID,
    definition: definitionOf(`${name}-lifecycle`, projection.lifecycle().config),
    mark: () => actor.getSnapshot(),
    snapshot: () => {
      const { status, value, context } = actor.getSnapshot();
      return { status, value, context };
    },
    watch(callback) {
      const watching = root.system.inspect((told) => {
        if (told.type === '@xstate.event' && told.actorRef === actor) callback(1, [told.event]);
      });
      return () => {
        watching.unsubscribe();
      };
    },
  };
}

function actorOf(projection: AnyProjection): Omit<InspectedActor, 'parentId'> {
  if (projection instanceof Projection) return stateOf(projection);
  return projection instanceof EntityProjection ? entitiesOf(projection) : tablesOf(projection);
}

function stateOf(projection: Projection): Omit<InspectedActor, 'parentId'> {
  const { name, definition } = projection;
  const consumed: ReadonlySet<string> = new Set(definition.consumes.map(({ type }) => type));
  return {
    ...identityOf(name, definition.machine.config),
    mark: latest(() => [projection.state, projection.status]),
    snapshot: () => {
      const { value, context } = projection.state;
      return { status: statusOf(projection.status), value, context };
    },
    watch: (callback) =>
      projection.onFolded(({ events }) => {
        if (events.length === 0) return;
        const last = events
          .slice(-MAX_EVENTS)
          .filter(({ type, position }) => consumed.has(type) && !projection.skipped.has(position));
        // More may be skips than is told: which ones are not the newest is not looked at.
        callback(Math.max(events.length - MAX_EVENTS, 0) + last.length, last);
      }),
  };
}

/** Its entities have states, not the projection. */
function entitiesOf(projection: EntityProjection): Omit<InspectedActor, 'parentId'> {
  const { name, definition } = projection;
  return {
    ...identityOf(name, definition.machine.config),
    mark: latest(() => [projection.position, projection.status]),
    snapshot: () => ({
      status: statusOf(projection.status),
      context: { position: projection.position, ...projection.count },
    }),
  };
}

function tablesOf(projection: AnyProjection): Omit<InspectedActor, 'parentId'> {
  return {
    ...identityOf(projection.name, {}),
    mark: latest(() => [projection.position, projection.status]),
    snapshot: () => ({ status: statusOf(projection.status), context: { position: projection.position } }),
  };
}

function identityOf(name: string, config: object): Pick<ActorIdentity, 'id' | 'name' | 'definition'> {
  return { id: `projection/${name}`, name, definition: definitionOf(name, config) };
}

/** The same list for as long as it has the same in it. */
function latest(list: () => readonly unknown[]): () => unknown {
  let known: readonly unknown[] = [];
  return () => {
    const now = list();
    if (now.length !== known.length || now.some((each, index) => each !== known[index])) known = now;
    return known;
  };
}

function statusOf(status: ProjectionStatus): ActorSnapshot['status'] {
  if (status === 'faulted') return 'error';
  return status === 'stopped' ? 'stopped' : 'active';
}
