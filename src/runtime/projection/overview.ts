/** What an operator wants to know of a projection: how it is, how far behind, and why it stopped. */
import { EventUnreadable } from '../event-log/errors.js';
import { EVERYTHING, type Position } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import type { Drift } from './operations/comparison-points.js';
import { diagramOf } from './diagram.js';
import type { FoldState } from '../fold/fold-state.js';
import type { Projection } from './projection.js';
import type { ProjectionStatus } from './projection.machine.js';
import { digestText } from './snapshots/rolling-digest.js';
import { stateDigest } from './snapshots/state-digest.js';

export interface ProjectionOverview {
  readonly name: string;
  readonly status: ProjectionStatus;
  /** How far the log is folded. */
  readonly position: Position;
  readonly lag: {
    /** From the position to the head of the log, whatever is consumed of it. */
    readonly events: number;
    /** The age of the first event that is not folded; 0 when there is none, null when its time cannot be read. */
    readonly seconds: number | null;
  };
  /** Consumed and folded, over the last ten seconds. */
  readonly eventsPerSecond: number;
  /** `<position>-<digest of what was folded>`: equal in two processes that have folded the same. */
  readonly digest: string;
  /** Newest first. */
  readonly snapshots: readonly {
    readonly position: Position;
    readonly bytes: number;
    readonly time: string;
  }[];
  /** The positions of the events that are passed over. */
  readonly skipped: readonly Position[];
  readonly fault?: FaultOverview;
  /** What the last audit found to differ, until a rebuild has put that right or another audit finds nothing. */
  readonly drift?: Drift;
  readonly links: Readonly<Record<'self' | 'state' | 'machine' | 'audit' | 'rebuild', string>>;
  /** What can be done now. */
  readonly commands: Readonly<Partial<Record<'resume' | 'audit' | 'rebuild', CommandLink>>>;
}

export interface CommandLink {
  readonly method: 'POST';
  readonly href: string;
}

export interface FaultOverview {
  readonly position: Position;
  /** Absent when no event was at fault, and so none can be skipped. */
  readonly event?: { readonly type: string; readonly revision: number; readonly commit: string };
  readonly error: string;
  readonly since: string;
}

/** @throws StoreUnavailable when the log cannot be asked */
export async function overviewOf(
  projection: Projection,
  log: EventLog,
  now = new Date(),
): Promise<ProjectionOverview> {
  const [head, snapshots] = await Promise.all([log.head(), projection.snapshotsKept()]);
  const { name, status, folded, skipped, eventsPerSecond, drift } = projection;
  const waitingSince = folded.position < head ? await timeAfter(folded.position, log) : now;
  const self = `/projections/${name}`;
  const fault = faultIn(projection);
  return {
    name,
    status,
    position: folded.position,
    lag: {
      events: Math.max(head - folded.position, 0),
      seconds:
        waitingSince === undefined
          ? null
          : rounded(Math.max(now.getTime() - waitingSince.getTime(), 0) / 1000),
    },
    eventsPerSecond: rounded(eventsPerSecond),
    digest: `${folded.position}-${digestText(folded.digest)}`,
    snapshots: snapshots.map(({ position, bytes, time }) => ({ position, bytes, time: time.toISOString() })),
    skipped: [...skipped].sort((one, other) => one - other),
    ...(fault !== undefined && { fault }),
    ...(drift !== undefined && { drift }),
    links: {
      self,
      state: `/${name}`,
      machine: `${self}/machine`,
      audit: `${self}/audit`,
      rebuild: `${self}/rebuild`,
    },
    commands: commandsOf(status, self),
  };
}

/** One that is stopped belongs to a process that ends, and begins nothing any more. */
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
  /** As Mermaid text. */
  readonly machine: string;
}

/** The same, with the digest of the state in `digest`, and the machine. Takes as long as the state is large. */
export async function detailsOf(
  projection: Projection,
  log: EventLog,
  now = new Date(),
): Promise<ProjectionDetails> {
  const { folded } = projection;
  const digest = `${folded.position}-${digestText(folded.digest)}${markOf(folded.state)}`;
  const overview = await overviewOf(projection, log, now);
  // It may have folded on meanwhile, and position and digest belong together.
  return {
    ...overview,
    position: folded.position,
    digest,
    machine: diagramOf(projection.definition.machine),
  };
}

/** As health tells it, too. */
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

const formatDescription = new WeakMap<FoldState, string>();

/** The first 16 digits of the state's SHA-256, after a hyphen; taken once for each state. Empty when that has none. */
function markOf(state: FoldState): string {
  const known = formatDescription.get(state);
  if (known !== undefined) return known;
  const mark = digestIn(state);
  formatDescription.set(state, mark);
  return mark;
}

function digestIn(state: FoldState): string {
  try {
    return `-${stateDigest(state).slice(0, 16)}`;
  } catch (error) {
    if (error instanceof TypeError) return ''; // it holds what is no data; the rest can be told nonetheless
    throw error;
  }
}

/** When the first event after the position was recorded; undefined when none is there, or it cannot be read. */
async function timeAfter(after: Position, log: EventLog): Promise<Date | undefined> {
  try {
    for await (const [first] of log.read(EVERYTHING, { after, limit: 1 })) {
      if (first !== undefined) return new Date(first.time);
    }
  } catch (error) {
    if (!(error instanceof EventUnreadable)) throw error; // it is what the projection waits before
  }
  return undefined;
}

const rounded = (number: number): number => Math.round(number * 1000) / 1000;
