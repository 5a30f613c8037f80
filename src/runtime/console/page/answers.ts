/** What the server answers with, as far as the console reads it. */

export interface ProjectionOverview {
  readonly name: string;
  readonly kind?: string;
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
  readonly skipped?: readonly { readonly position: number; readonly reason?: string }[];
  readonly fault?: {
    readonly position?: number;
    readonly error: string;
    readonly since: string;
    readonly event?: { readonly type: string; readonly revision: number; readonly commit: string };
  };
  readonly trouble?: unknown;
  readonly drift?: { readonly after: number; readonly upTo: number; readonly of: string };
  /** Paths, with the prefix under which the API is served. */
  readonly links: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<string, { readonly method: string; readonly href: string }>>;
}

export interface Projections {
  readonly head: number;
  readonly projections: readonly ProjectionOverview[];
}
