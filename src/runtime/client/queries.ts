/** Queries of projections and of lists of entities, and what watches them. */
import { segmentOf, type CommandSender } from './commands.js';
import type { Live } from './live.js';
import type { ClientAnswer } from './transport.js';
import type { Watch } from './watch.js';

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** The answer has everything up to this position. Default: the last one that a command of this client has recorded; 0: none. */
  readonly after?: number;
  /** For how many seconds the server waits for `after`, at most 60. Default: 5. */
  readonly wait?: number;
}

export interface StateOptions extends QueryOptions {
  /** As of this position or time. */
  readonly at?: number | string;
}

export interface HistoryOptions {
  readonly from?: number | string;
  readonly to?: number | string;
  readonly step?: number | string;
  readonly signal?: AbortSignal;
}

export interface WhatIfOptions {
  /** The positions of the events that are left out. */
  readonly without: readonly number[];
  readonly at?: number | string;
  readonly signal?: AbortSignal;
}

export interface WhatIf<View> {
  readonly position: number;
  readonly without: readonly number[];
  readonly is?: View;
  readonly wouldBe?: View;
}

export interface HistoryPoint {
  readonly position: number;
  readonly time: string;
  readonly [member: string]: unknown;
}

export interface ListOptions extends QueryOptions {
  /** As in `{ status: 'open', 'hours.gte': 2 }`; an array means one of these. */
  readonly filter?: Readonly<Record<string, FilterValue | readonly FilterValue[]>>;
  /** As in `['-hours', 'status']`. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  readonly include?: readonly string[];
}

export type FilterValue = string | number | boolean;

export interface EntityPage<Entity> {
  readonly items: readonly Entity[];
  readonly count?: number;
  readonly next?: string;
}

/** The state that a view is made of. */
export interface FoldedState {
  readonly position: number;
  /** That of the projection. */
  readonly version: number;
  /** The active states, as in XState. */
  readonly value: unknown;
  /** As `unflatten` of the package devalue takes it. */
  readonly context: unknown;
}

export type State<View> = View & { readonly position: number };
export type Entity<View> = View & { readonly key: string; readonly position: number };

export interface WatchOptions {
  readonly signal?: AbortSignal;
}

/** What all queries share. */
export class Queries {
  constructor(
    private readonly commands: CommandSender,
    readonly watch: Watch,
    private readonly readsOwnWrites: boolean,
  ) {}

  get transport(): CommandSender['transport'] {
    return this.commands.transport;
  }

  /** @throws ProblemError */
  async get(
    path: string,
    { at, after, wait = 5, signal, filter, ...query }: StateOptions & Pick<ListOptions, 'filter'>,
  ): Promise<ClientAnswer> {
    const own = this.readsOwnWrites && at === undefined ? this.commands.written : 0;
    const wanted = after ?? own;
    return this.transport.send(
      this.transport.urlOf(path, { ...query, at, ...(wanted > 0 && { after: wanted }) }, filter),
      {
        ...(wanted > 0 && { headers: { prefer: `wait=${wait}` }, waitMs: wait * 1000 }),
        signal,
      },
    );
  }

  /** @throws ProblemError */
  async *history(path: string, { signal, ...query }: HistoryOptions): AsyncGenerator<HistoryPoint> {
    let url: URL | undefined = this.transport.urlOf(`${path}/history`, query);
    while (url !== undefined) {
      const { body } = await this.transport.send(url, { signal });
      const { points, next } = body as { readonly points: readonly HistoryPoint[]; readonly next?: string };
      yield* points;
      url = next === undefined ? undefined : this.transport.linkOf(next);
    }
  }

  /** @throws ProblemError */
  async whatIf(path: string, { without, at, signal }: WhatIfOptions): Promise<unknown> {
    const url = this.transport.urlOf(`${path}/what-if`, { without: without.join(','), at });
    return (await this.transport.send(url, { signal })).body;
  }
}

/** One projection, which has one state. */
export class ProjectionClient<View> {
  constructor(
    private readonly queries: Queries,
    private readonly path: string,
  ) {}

  /** @throws ProblemError, as with `not-yet` where the projection does not reach `after` in time */
  async get(options: StateOptions = {}): Promise<State<View>> {
    return (await this.queries.get(this.path, options)).body as State<View>;
  }

  /** All of the state, to fold on from. @throws ProblemError */
  async folded(options: StateOptions = {}): Promise<FoldedState> {
    return (await this.queries.get(`${this.path}/folded`, options)).body as FoldedState;
  }

  /** Page by page as it is iterated. @throws ProblemError */
  history(options: HistoryOptions = {}): AsyncIterable<HistoryPoint> {
    return this.queries.history(this.path, options);
  }

  /** @throws ProblemError */
  async whatIf(options: WhatIfOptions): Promise<WhatIf<View>> {
    return (await this.queries.whatIf(this.path, options)) as WhatIf<View>;
  }

  /** The state, and each that follows; a client that is slow or away gets the newest alone. */
  watch({ signal }: WatchOptions = {}): Live<State<View>> {
    return this.queries.watch.states(this.queries.transport.urlOf(this.path), signal);
  }
}

/** The entities of one projection. */
export class EntitiesClient<View> {
  constructor(
    private readonly queries: Queries,
    private readonly path: string,
  ) {}

  /** One page, with a `cursor` or without. @throws ProblemError */
  async page(options: ListOptions & { readonly cursor?: string } = {}): Promise<EntityPage<Entity<View>>> {
    return (await this.queries.get(this.path, listQuery(options))).body as EntityPage<Entity<View>>;
  }

  /** All entities, page by page as they are iterated. @throws ProblemError */
  async *list(options: ListOptions = {}): AsyncGenerator<Entity<View>> {
    let { items, next } = await this.page(options);
    for (;;) {
      yield* items;
      if (next === undefined) return;
      const { transport } = this.queries;
      const { body } = await transport.send(transport.linkOf(next), { signal: options.signal });
      ({ items, next } = body as EntityPage<Entity<View>>);
    }
  }

  /** How many match. @throws ProblemError */
  async count(options: ListOptions = {}): Promise<number> {
    const query = { ...listQuery({ ...options, limit: 1 }), count: true };
    const { body } = await this.queries.get(this.path, query);
    return (body as { readonly count: number }).count;
  }

  /** @throws ProblemError, as with `entity-not-found` */
  async get(
    key: string,
    options: StateOptions & { readonly include?: readonly string[] } = {},
  ): Promise<Entity<View>> {
    const { include, ...query } = options;
    return (
      await this.queries.get(this.#pathOf(key), { ...query, ...(include && { include: include.join(',') }) })
    ).body as Entity<View>;
  }

  /** @throws ProblemError */
  history(key: string, options: HistoryOptions = {}): AsyncIterable<HistoryPoint> {
    return this.queries.history(this.#pathOf(key), options);
  }

  /** @throws ProblemError */
  async whatIf(key: string, options: WhatIfOptions): Promise<WhatIf<View>> {
    return (await this.queries.whatIf(this.#pathOf(key), options)) as WhatIf<View>;
  }

  /** The page, and each that follows when something of it changes. */
  watch({ signal, filter, ...options }: Omit<ListOptions, 'after' | 'wait'> = {}): Live<
    EntityPage<Entity<View>>
  > {
    const url = this.queries.transport.urlOf(this.path, { ...listQuery(options) }, filter);
    return this.queries.watch.states(url, signal);
  }

  /** The entity, and each change of it; null while it is removed. Ends with `entity-not-found` where there is none at first. */
  watchOne(key: string, { signal }: WatchOptions = {}): Live<Entity<View> | null> {
    const url = this.queries.transport.urlOf(this.#pathOf(key));
    return this.queries.watch.states(url, signal, 'entity-not-found');
  }

  #pathOf(key: string): string {
    return `${this.path}/${segmentOf(key)}`;
  }
}

/** What the options ask for; a filter may have the name of any of them. */
function listQuery({ sort, include, ...options }: ListOptions & { readonly cursor?: string }): QueryOptions {
  return {
    ...options,
    ...(sort && { sort: sort.join(',') }),
    ...(include && { include: include.join(',') }),
  };
}
