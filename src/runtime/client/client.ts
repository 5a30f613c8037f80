/** A client of a server's commands, queries and events, for Node and browsers. */
import { CommandSender, DeciderClient, type CommandAnswer, type CommandOptions } from './commands.js';
import type { Live } from './live.js';
import { EntitiesClient, ProjectionClient, Queries } from './queries.js';
import { Transport, type TransportOptions } from './transport.js';
import type { ClientTypes, EventsOf, Part, ViewOf } from './types.js';
import { Watch, type EventsOptions, type WatchSettings } from './watch.js';

export interface ClientOptions extends TransportOptions {
  /** Whether a query waits for what the commands of this client have recorded. Default: true. */
  readonly readsOwnWrites?: boolean;
  readonly watch?: WatchSettings;
  /** Where a command is served under another name than its own: `{ numbers: { retract: 'retraction' } }`. */
  readonly routes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Client<Types extends ClientTypes = ClientTypes> {
  /** @param path at which its subjects are served */
  decider<Path extends keyof Part<Types, 'deciders'> & string>(
    path: Path,
  ): DeciderClient<Part<Types, 'deciders'>[Path]>;
  /** `POST /<decision>`, about several subjects. @throws ProblemError */
  decide(decision: string, input: unknown, options?: CommandOptions): Promise<CommandAnswer>;
  projection<Name extends keyof Part<Types, 'projections'> & string>(
    name: Name,
  ): ProjectionClient<ViewOf<Part<Types, 'projections'>[Name]>>;
  entities<Name extends keyof Part<Types, 'entities'> & string>(
    name: Name,
  ): EntitiesClient<ViewOf<Part<Types, 'entities'>[Name]>>;
  /** Every event once, in the order of the log, and then what is recorded; needs `events` to be served. */
  events(options?: EventsOptions): Live<EventsOf<Types>>;
}

/** @throws TypeError when the URL is none */
export function createClient<Types extends ClientTypes = ClientTypes>(options: ClientOptions): Client<Types> {
  const transport = new Transport(options);
  const commands = new CommandSender(transport);
  const watch = new Watch(transport, options.watch, options.retry);
  const queries = new Queries(commands, watch, options.readsOwnWrites ?? true);
  return {
    decider: (path) => new DeciderClient(commands, path, options.routes?.[path] ?? {}),
    decide: (decision, input, given) => commands.send(`/${decision}`, input, given),
    projection: (name) => new ProjectionClient(queries, `/${name}`),
    entities: (name) => new EntitiesClient(queries, `/${name}`),
    events: (given = {}) => watch.events(given) as Live<EventsOf<Types>>,
  };
}
