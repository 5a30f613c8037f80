/** A projection as operators see it: status, lag, snapshots, fault, drift, and what can be done. */
import { EventUnreadable } from '../event-log/errors.js';
import { EVERYTHING, type Position } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import type { Drift } from './operations/comparison-points.js';
import { diagramOf } from './diagram.js';
import type { FoldState } from '../fold/fold-state.js';
import { pathOf } from '../http/kernel/paths.js';
import { Problem } from '../http/kernel/problem.js';
import type { EntityFault } from './entities/entity.js';
import { EntityProjection } from './entities/entity-projection.js';
import { AnyReadModel } from './read-models/any-read-model.js';
import type { Folded } from './folding.js';
import type { Projection } from './projection.js';
import type { ProjectionStatus } from './projection.machine.js';
import { digestText } from './snapshots/rolling-digest.js';
import { stateDigest } from './snapshots/state-digest.js';

export interface ProjectionOverview {
  readonly name: string;
  readonly status: ProjectionStatus;
  /** How far the log has been folded. */
  readonly position: Position;
  readonly lag: {
    /** From the position to the head of the log, including events that are not consumed. */
    readonly events: number;
    /** The age of the first event that is not folded yet; 0 when there is none, null when that event cannot be read. */
    readonly seconds: number | null;
  };
  /** Consumed and folded, over the last ten seconds. */
  readonly eventsPerSecond: number;
  /** `<position>-<digest of the events folded>`: equal in two processes that have folded the same events. */
  readonly digest: string;
  /** Of an entity projection: how many there are, and how many of them have stopped. */
  readonly entities?: EntitiesOverview;
  /** Newest first; an entity projection and a read model keep none, as their state is in a database. */
  readonly snapshots: readonly {
    readonly position: Position;
    readonly bytes: number;
    readonly time: string;
  }[];
  /** The positions of the events that are skipped. */
  readonly skipped: readonly Position[];
  readonly fault?: FaultOverview;
  /** Of an entity projection: why its database cannot be used now. It is tried again until it can. */
  readonly trouble?: string;
  /** Found by the last audit; absent after a rebuild. */
  readonly drift?: Drift;
  /** A read model has neither a machine nor a state that the runtime serves. */
  readonly links: Readonly<Record<'self' | 'audit' | 'rebuild', string>> &
    Readonly<Partial<Record<'state' | 'machine', string>>>;
  /** The commands that are possible now. */
  readonly commands: Readonly<Partial<Record<'resume' | 'audit' | 'rebuild', CommandLink>>>;
}

export interface EntitiesOverview {
  readonly count: number;
  readonly faulted: number;
  /** The first of those that have stopped, by key; `GET /<path>?faulted=true` lists all. */
  readonly stopped?: readonly StoppedAt[];
  /** Events that were passed over since they are about no entity that could be told. */
  readonly unkeyed?: { readonly count: number; readonly first: readonly StoppedAt[] };
}

export interface StoppedAt {
  /** Of an entity. */
  readonly key?: string;
  /** Of the event. */
  readonly position: Position;
  readonly type: string;
  readonly error: string;
}

export interface CommandLink {
  readonly method: 'POST';
  readonly href: string;
}

export interface FaultOverview {
  readonly position: Position;
  /** Absent when the fault was not in folding an event; then none can be skipped. */
  readonly event?: { readonly type: string; readonly revision: number; readonly commit: string };
  readonly error: string;
  readonly since: string;
}

/** @throws StoreUnavailable when the log cannot be read */
export async function overviewOf(
  projection: AnyProjection,
  log: EventLog,
  now = new Date(),
): Promise<ProjectionOverview> {
  const isOfMany = projection instanceof EntityProjection;
  const hasState = !(projection instanceof AnyReadModel);
  const [head, snapshots] = await Promise.all([
    log.head(),
    isOfMany || !hasState ? [] : projection.snapshotsKept(),
  ]);
  const { name, status, skipped, eventsPerSecond, drift } = projection;
  const { position } = isOfMany ? projection : foldedBy(projection);
  const oldestUnfolded = position < head ? await timeAfter(position, log) : now;
  const self = `/projections/${name}`;
  const fault = faultIn(projection);
  const trouble = troubleOf(projection);
  return {
    name,
    status,
    position,
    lag: {
      events: Math.max(head - position, 0),
      seconds:
        oldestUnfolded === undefined
          ? null
          : rounded(Math.max(now.getTime() - oldestUnfolded.getTime(), 0) / 1000),
    },
    eventsPerSecond: rounded(eventsPerSecond),
    digest: digestOf(projection),
    ...(isOfMany && { entities: await entitiesIn(projection) }),
    snapshots: snapshots.map(({ position, bytes, time }) => ({ position, bytes, time: time.toISOString() })),
    skipped: [...skipped].sort((one, other) => one - other),
    ...(fault !== undefined && { fault }),
    ...(trouble !== undefined && { trouble }),
    ...(drift !== undefined && { drift }),
    links: {
      self,
      ...(hasState && { state: `/${pathOf(projection.definition)}`, machine: `${self}/machine` }),
      audit: `${self}/audit`,
      rebuild: `${self}/rebuild`,
    },
    commands: commandsOf(status, self),
  };
}

type AnyProjection = Projection | EntityProjection | AnyReadModel;

function digestOf(projection: AnyProjection): string {
  const { position, digest } = foldedBy(projection);
  return `${position}-${digest}`;
}

function foldedBy(projection: AnyProjection): {
  readonly position: Position;
  readonly digest: string;
} {
  if (projection instanceof EntityProjection) return projection.folded;
  if (projection instanceof AnyReadModel) return { position: projection.position, digest: projection.digest };
  const { position, digest } = projection.folded;
  return { position, digest: digestText(digest) };
}

/** Why the database of an entity projection cannot be used now. */
export function troubleOf(projection: AnyProjection): string | undefined {
  return projection instanceof EntityProjection ? projection.trouble : undefined;
}

/** Of entities that have stopped. */
const MAX_STOPPED = 20;

async function entitiesIn(projection: EntityProjection): Promise<EntitiesOverview> {
  const { count, unkeyed } = projection;
  const stopped = count.faulted === 0 ? [] : await stoppedIn(projection);
  const first = unkeyed.first.map((fault) => stoppedAt(fault));
  return {
    count: count.entities,
    faulted: count.faulted,
    ...(stopped.length > 0 && { stopped }),
    ...(unkeyed.count > 0 && { unkeyed: { count: unkeyed.count, first } }),
  };
}

/** None while the database cannot be asked, which `trouble` tells. */
async function stoppedIn(projection: EntityProjection): Promise<readonly StoppedAt[]> {
  try {
    const page = await projection.list({ filters: [], sort: [], limit: MAX_STOPPED, isStopped: true });
    return page.items.flatMap(({ key, fault }) => (fault === undefined ? [] : [stoppedAt(fault, key)]));
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

const stoppedAt = ({ position, type, message }: EntityFault, key?: string): StoppedAt => ({
  ...(key !== undefined && { key }),
  position,
  type,
  error: message,
});

/** None for a stopped projection, whose process is ending. */
function commandsOf(status: ProjectionStatus, self: string): ProjectionOverview['commands'] {
  if (status === 'stopped') return {};
  const post = (href: string): CommandLink => ({ method: 'POST', href: `${self}/${href}` });
  return {
    ...(status === 'faulted' && { resume: post('resume') }),
    audit: post('audit'),
    rebuild: post('rebuild'),
  };
}

export interface ProjectionDetails extends ProjectionOverview {
  /** As Mermaid text; absent of a read model. */
  readonly machine?: string;
}

/** The overview, with the digest of the state added to `digest`, and the machine. Blocks the thread for as long as hashing the state takes. */
export async function detailsOf(
  projection: AnyProjection,
  log: EventLog,
  now = new Date(),
): Promise<ProjectionDetails> {
  if (projection instanceof AnyReadModel) return overviewOf(projection, log, now);
  if (projection instanceof EntityProjection) {
    const machine = diagramOf(projection.definition.machine);
    return { ...(await overviewOf(projection, log, now)), machine };
  }
  const { folded } = projection;
  const digest = fullDigestOf(folded);
  const overview = await overviewOf(projection, log, now);
  // The projection may have folded on meanwhile; position and digest must be of one state.
  return {
    ...overview,
    position: folded.position,
    digest,
    machine: diagramOf(projection.definition.machine),
  };
}

/** `<position>-<digest of the events folded>-<digest of the state>`: equal in two processes that have folded the same events to the same state. */
export function fullDigestOf(folded: Folded): string {
  return `${folded.position}-${digestText(folded.digest)}${stateSuffix(folded.state)}`;
}

/** Also part of the health answer. */
export function faultIn({ fault }: Pick<Projection, 'fault'>): FaultOverview | undefined {
  if (fault === undefined) return undefined;
  const { position, event, message: error, since } = fault;
  return {
    position,
    ...(event !== undefined && {
      event: { type: event.type, revision: event.revision, commit: event.commit },
    }),
    error,
    since: since.toISOString(),
  };
}

const stateSuffixes = new WeakMap<FoldState, string>();

/** A hyphen and the first 16 digits of the state's SHA-256, computed once for each state; empty when it has none. */
function stateSuffix(state: FoldState): string {
  const known = stateSuffixes.get(state);
  if (known !== undefined) return known;
  const suffix = computeSuffix(state);
  stateSuffixes.set(state, suffix);
  return suffix;
}

function computeSuffix(state: FoldState): string {
  try {
    return `-${stateDigest(state).slice(0, 16)}`;
  } catch (error) {
    if (error instanceof TypeError) return ''; // the state contains something that is not data
    throw error;
  }
}

/** When the first event after the position was recorded; undefined when there is none or it cannot be read. */
async function timeAfter(after: Position, log: EventLog): Promise<Date | undefined> {
  try {
    for await (const [first] of log.read(EVERYTHING, { after, limit: 1 })) {
      if (first !== undefined) return new Date(first.time);
    }
  } catch (error) {
    if (!(error instanceof EventUnreadable)) throw error;
  }
  return undefined;
}

const rounded = (number: number): number => Math.round(number * 1000) / 1000;
