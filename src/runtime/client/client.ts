/** A client of a server's commands, queries and events, for Node and browsers. */
import { CommandSender, DeciderClient, type CommandAnswer, type CommandOptions } from './commands.js';
import type { Live } from './live.js';
import { EntitiesClient, ProjectionClient, Queries } from './queries.js';
import { placedIn } from './paths.js';
import { Transport, type ClientAnswer, type ClientRequest, type TransportOptions } from './transport.js';
import type { ClientTypes, DecisionInput, EventsOf, Part, ViewOf } from './types.js';
import { Watch, type EventsOptions, type WatchSettings } from './watch.js';

export interface ClientOptions extends TransportOptions {
  /** Whether a query waits for what the commands of this client have recorded. Default: true. */
  readonly readsOwnWrites?: boolean;
  readonly watch?: WatchSettings;
  /**
   * Where a command is served under another path than its name: `{ numbers: { retract: 'retraction' } }`. Members of its input stand in braces, as in
   * `{ orders: { addItem: 'items/{item}' } }`.
   */
  readonly routes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where what is named otherwise is served: `{ projections: { total: 'reports/total' } }`. Default: the name is the path. */
  readonly paths?: ClientPaths;
}

/** By kind, and in it by the name that the client uses. The path of a decision has members of its input in braces. */
export type ClientPaths = Readonly<
  Partial<Record<'deciders' | 'decisions' | 'projections' | 'entities', Readonly<Record<string, string>>>>
>;

export interface Client<Types extends ClientTypes = ClientTypes> {
  /** @param path at which its subjects are served, or the name that `paths` has for it */
  decider<Path extends keyof Part<Types, 'deciders'> & string>(
    path: Path,
  ): DeciderClient<Part<Types, 'deciders'>[Path]>;
  /** `POST /<decision>`, about several subjects; members of the input that the path has in braces are sent in it. @throws ProblemError */
  decide<Name extends keyof Part<Types, 'decisions'> & string>(
    decision: Name,
    input: DecisionInput<Part<Types, 'decisions'>[Name]>,
    options?: CommandOptions,
  ): Promise<CommandAnswer>;
  projection<Name extends keyof Part<Types, 'projections'> & string>(
    name: Name,
  ): ProjectionClient<ViewOf<Part<Types, 'projections'>[Name]>>;
  entities<Name extends keyof Part<Types, 'entities'> & string>(
    name: Name,
  ): EntitiesClient<ViewOf<Part<Types, 'entities'>[Name]>>;
  /** Every event once, in the order of the log, and then what is recorded; needs `events` to be served. */
  events(options?: EventsOptions): Live<EventsOf<Types>>;
  /**
   * Whatever else the server has, as `/projections/sum/audit`: with the credentials, the retries and the known ETags of the client. What is posted
   * without an `idempotency-key` may be carried out more than once where an answer is lost.
   *
   * @param path below the client's URL, or a link of an answer @throws ProblemError
   */
  request(path: string, request?: OtherRequest): Promise<ClientAnswer>;
}

export interface OtherRequest extends ClientRequest {
  /** Added to the path; members that are undefined are left out. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** Whether the path is a link that the server has given, with the prefix in it. Default: false. */
  readonly isLink?: boolean;
}

/** @throws TypeError when the URL is none */
export function createClient<Types extends ClientTypes = ClientTypes>(options: ClientOptions): Client<Types> {
  const transport = new Transport(options);
  const commands = new CommandSender(transport);
  const watch = new Watch(transport, options.watch, options.retry);
  const queries = new Queries(commands, watch, options.readsOwnWrites ?? true);
  const { routes = {}, paths = {} } = options;
  const pathOf = (kind: keyof ClientPaths, name: string): string => paths[kind]?.[name] ?? name;
  return {
    decider: (name) => new DeciderClient(commands, pathOf('deciders', name), routes[name] ?? {}),
    decide: (decision, input, given) => {
      const { path, body } = placedIn(pathOf('decisions', decision), input);
      return commands.send(`/${path}`, body, given);
    },
    projection: (name) => new ProjectionClient(queries, `/${pathOf('projections', name)}`),
    entities: (name) => new EntitiesClient(queries, `/${pathOf('entities', name)}`),
    events: (given = {}) => watch.events(given) as Live<EventsOf<Types>>,
    request: async (path, { query, isLink = false, ...request } = {}) => {
      const url = isLink ? transport.linkOf(path) : transport.urlOf(path, query);
      return transport.send(url, request);
    },
  };
}
