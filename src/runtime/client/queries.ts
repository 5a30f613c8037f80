/** Queries of projections and of lists of entities, and what watches them. */
import type { CommandSender } from './commands.js';
import type { Live } from './live.js';
import { segmentOf } from './paths.js';
import { isProblem } from './problem-error.js';
import { logWentBack } from './push.js';
import { pause } from './retries.js';
import type { ClientAnswer } from './transport.js';
import type { Watch } from './watch.js';

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** The answer has everything up to this position. Default: the last one that a command of this client has recorded; 0: none. */
  readonly after?: number;
  /** For how many seconds the server waits for `after`, at most 60. Default: 5. */
  readonly wait?: number;
}

const DEFAULT_WAIT = 5;

/** A server that waits does not answer sooner, unless what is asked has stopped. */
const NOT_YET_PAUSE_MS = 1000;

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

/** The names of a view's members; any where they are not known. */
export type FieldOf<View> = [keyof View] extends [never] ? string : keyof View & string;

/** Of a view those members that were asked for: all of them by default. */
export type Chosen<View, Field> = [FieldOf<View>] extends [Field] ? View : Pick<View, Field & keyof View>;

export interface EntityOptions<Field = string> extends StateOptions {
  readonly include?: readonly string[];
  /** The members of the view to answer with. Default: all. */
  readonly fields?: readonly Field[];
}

export interface ListOptions<Field = string> extends QueryOptions {
  /** As in `{ status: 'open', 'hours.gte': 2 }`; an array means one of these. */
  readonly filter?: Readonly<Record<string, FilterValue | readonly FilterValue[]>>;
  /** As in `['-hours', 'status']`. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  readonly include?: readonly string[];
  /** The members of the view to answer with, as in `['status', 'hours']`. Default: all. */
  readonly fields?: readonly Field[];
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

  /** @throws ProblemError, as with `not-yet` after the wait */
  async get(
    path: string,
    { at, after, wait = DEFAULT_WAIT, signal, filter, ...query }: StateOptions & Pick<ListOptions, 'filter'>,
  ): Promise<ClientAnswer> {
    const own = this.readsOwnWrites && at === undefined ? this.commands.written : 0;
    const wanted = after ?? own;
    const { transport } = this;
    const url = transport.urlOf(path, { ...query, at, ...(wanted > 0 && { after: wanted }) }, filter);
    if (wanted <= 0) return transport.send(url, { signal });
    const end = performance.now() + wait * 1000;
    // The server counts in whole seconds, and waits 60 at most.
    for (let waitMs = wait * 1000; ; waitMs = Math.max(0, end - performance.now())) {
      try {
        const headers = { prefer: `wait=${Math.floor(waitMs / 1000)}` };
        return await transport.send(url, { headers, waitMs, signal });
      } catch (error) {
        if (!isProblem(error, 'not-yet')) throw error;
        const { head } = error.document;
        if (after === undefined && typeof head === 'number' && head < wanted) throw this.#lost(wanted, head);
        if (performance.now() + NOT_YET_PAUSE_MS >= end) throw error;
      }
      await pause(NOT_YET_PAUSE_MS, signal);
    }
  }

  /** From here on the client reads what there is. */
  #lost(written: number, head: number): Error {
    this.commands.written = Math.min(this.commands.written, head);
    return logWentBack(
      `A command of this client was answered with position ${written}, and the log ends at ${head}: it was restored from a backup, ` +
        'or is another one. What followed is lost; ask again for what there is.',
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
  async page<Field extends FieldOf<View> = FieldOf<View>>(
    options: ListOptions<Field> & { readonly cursor?: string } = {},
  ): Promise<EntityPage<Entity<Chosen<View, Field>>>> {
    const { body } = await this.queries.get(this.path, listQuery(options));
    return body as EntityPage<Entity<Chosen<View, Field>>>;
  }

  /** All entities, page by page as they are iterated. @throws ProblemError */
  async *list<Field extends FieldOf<View> = FieldOf<View>>(
    options: ListOptions<Field> = {},
  ): AsyncGenerator<Entity<Chosen<View, Field>>> {
    let { items, next } = await this.page(options);
    for (;;) {
      yield* items;
      if (next === undefined) return;
      const { transport } = this.queries;
      const { body } = await transport.send(transport.linkOf(next), { signal: options.signal });
      ({ items, next } = body as EntityPage<Entity<Chosen<View, Field>>>);
    }
  }

  /** How many match. @throws ProblemError */
  async count(options: ListOptions = {}): Promise<number> {
    const query = { ...listQuery({ ...options, limit: 1 }), count: true };
    const { body } = await this.queries.get(this.path, query);
    return (body as { readonly count: number }).count;
  }

  /** @throws ProblemError, as with `entity-not-found` */
  async get<Field extends FieldOf<View> = FieldOf<View>>(
    key: string,
    options: EntityOptions<Field> = {},
  ): Promise<Entity<Chosen<View, Field>>> {
    const { body } = await this.queries.get(this.#pathOf(key), listQuery(options));
    return body as Entity<Chosen<View, Field>>;
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
  watch<Field extends FieldOf<View> = FieldOf<View>>({
    signal,
    filter,
    ...options
  }: Omit<ListOptions<Field>, 'after' | 'wait'> = {}): Live<EntityPage<Entity<Chosen<View, Field>>>> {
    const url = this.queries.transport.urlOf(this.path, { ...listQuery(options) }, filter);
    return this.queries.watch.states(url, signal);
  }

  /** The entity, and each change of it; null while it is removed. Ends with `entity-not-found` where there is none at first. */
  watchOne<Field extends FieldOf<View> = FieldOf<View>>(
    key: string,
    { signal, ...options }: WatchOptions & Pick<ListOptions<Field>, 'fields' | 'include'> = {},
  ): Live<Entity<Chosen<View, Field>> | null> {
    const url = this.queries.transport.urlOf(this.#pathOf(key), { ...listQuery(options) });
    return this.queries.watch.states(url, signal, 'entity-not-found');
  }

  #pathOf(key: string): string {
    return `${this.path}/${segmentOf(key)}`;
  }
}

type ListQuery = ListOptions & StateOptions & { readonly cursor?: string };

/** What the options ask for; a filter may have the name of any of them. */
function listQuery({ sort, include, fields, ...options }: ListQuery): QueryOptions {
  return {
    ...options,
    ...(sort && { sort: sort.join(',') }),
    ...(include && { include: include.join(',') }),
    ...(fields && { fields: fields.join(',') }),
  };
}
