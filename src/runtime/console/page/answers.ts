/** What the server answers with, as far as the console reads it. */

export interface ProjectionOverview {
  readonly name: string;
  readonly status: string;
  readonly position: number;
  readonly lag: { readonly events: number; readonly seconds: number | null };
  readonly eventsPerSecond: number;
  readonly digest?: string;
  readonly snapshots?: readonly {
    readonly position: number;
    readonly bytes: number;
    readonly time: string;
  }[];
  /** Positions of events. */
  readonly skipped?: readonly number[];
  readonly fault?: {
    readonly position?: number;
    readonly error: string;
    readonly since: string;
    readonly event?: { readonly type: string; readonly revision: number; readonly commit: string };
  };
  /** Of an entity projection. */
  readonly entities?: {
    readonly count: number;
    readonly faulted: number;
    /** The first of those that have stopped. */
    readonly stopped?: readonly StoppedAt[];
    /** Events that were passed over, since they are about no entity that could be told. */
    readonly unkeyed?: { readonly count: number; readonly first: readonly StoppedAt[] };
  };
  readonly trouble?: string;
  readonly drift?: { readonly after: number; readonly upTo: number; readonly of: string };
  /** Paths, with the prefix under which the API is served. */
  readonly links: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<string, { readonly method: string; readonly href: string }>>;
}

export interface StoppedAt {
  /** Of an entity. */
  readonly key?: string;
  /** Of the event. */
  readonly position: number;
  readonly type: string;
  readonly error: string;
}

export interface Projections {
  readonly head: number;
  readonly projections: readonly ProjectionOverview[];
}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not ready';
  readonly log?: {
    readonly status: 'available' | 'read-only' | 'unavailable';
    readonly head?: number;
    readonly lastAppend?: string;
    readonly detail?: string;
  };
}

export interface Problems {
  readonly problems: readonly {
    readonly time: string;
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly type: string;
    readonly title: string;
    readonly detail: string;
    readonly count: number;
  }[];
}

export interface Verification {
  readonly status: 'never' | 'running' | 'done' | 'failed';
  readonly position?: number;
  readonly head?: number;
  readonly eventsPerSecond?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly result?: {
    readonly commits: number;
    readonly events: number;
    readonly hash: string;
    readonly position: number;
  };
  readonly fault?: { readonly position?: number; readonly detail: string };
}

export interface Storage {
  readonly log: {
    readonly kind: string;
    readonly identity: string;
    readonly head: number;
    readonly hash?: string;
    readonly bytes?: number;
  };
  readonly projections: readonly {
    readonly name: string;
    readonly kind: string;
    readonly bytes?: number;
    readonly snapshots?: number;
  }[];
}
