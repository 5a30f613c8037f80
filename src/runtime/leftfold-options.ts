/** What an application says about its event log: the options of `LeftfoldModule.forRoot`. */
import type { ConsoleOptions } from './console/console-options.js';
import type { InspectOptions } from './http/inspect/inspect-options.js';
import type { PushOptions } from './http/push/websocket/push-options.js';
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { EventStore } from './event-log/event-store.js';
import type { AccessOptions } from './access/access.js';
import type { OriginOptions } from './http/kernel/origin-policy.js';
import type { SnapshotStore } from './projection/snapshots/snapshot-store.js';
import type { StoreDriver } from './stores/drivers.js';

export interface LeftfoldOptions {
  /**
   * Where the log is kept: an open store, or the URL of one. `memory:` forgets everything at the end,
   * `lmdb:./data/log` is a folder, `postgres://user:password@host/database` a database. The module closes the store at
   * shutdown, also one that it was given open.
   */
  readonly store: EventStore | string;
  /** Drivers for further kinds of URL; one for a built-in kind replaces it. */
  readonly drivers?: readonly StoreDriver[];
  /** When and where projections keep their state, so that a start need not fold the whole log. Default: nowhere. */
  readonly snapshots?: SnapshotOptions;
  /** Where entity projections keep their entities. Default: where `store` is the URL of a PostgreSQL database, there; otherwise in `snapshots.folder`. */
  readonly entities?: EntityOptions;
  /** Where read models have their tables. */
  readonly readModels?: ReadModelOptions;
  /** Minutes between two audits of all projections; 0, the default: only on request. */
  readonly auditMinutes?: number;
  /**
   * Whether other processes run projections of their own over this log. A skip of a projection that does not run here is then told
   * at `debug` and not as a warning. Default: false.
   */
  readonly sharesLog?: boolean;
  /**
   * Identifies the build of the program, as in `process.env.GIT_COMMIT`. After a start with another one, states that were kept are
   * used at once and audited in the background; one that drifts is rebuilt. Default: a digest of the code in the folder of the
   * program's entry point, and of its lock file.
   */
  readonly build?: string;
  /** Rebuilds and audits in a process of their own. Default: in this one, in turns with what it serves. */
  readonly workers?: WorkerOptions;
}

export interface SnapshotOptions {
  /** A folder, in which each projection has one of its own: `<folder>/projections/<name>`. */
  readonly folder?: string;
  /** Instead of a folder: the store of one projection's snapshots. No other projection is given it. */
  readonly storeOf?: (projection: string) => SnapshotStore;
  /** How many events apart each projection takes a snapshot, at most one a second. Default: 1,000. */
  readonly every?: number;
  /** After so many seconds it takes one of whatever is new. Default: 10. */
  readonly seconds?: number;
  /** How many events apart snapshots of the past are kept. Default: 10,000. */
  readonly spacing?: number;
  /** What the snapshots of one projection may take on the disk, in bytes; the newest three are always kept. Default: 1 GiB. */
  readonly bytes?: number;
}

/** Those of a log in memory are in memory whatever it says. */
export interface EntityOptions {
  /** URL of a PostgreSQL database; `false`: SQLite files in `snapshots.folder`, and in memory without one. */
  readonly postgres: string | false;
  /**
   * Each entity projection has the schema `<prefix>_<name>` there, with `_` for each `-`. Processes that fold the same projection over
   * the same log are to have a prefix each. Default: leftfold.
   */
  readonly prefix?: string;
}

export interface ReadModelOptions {
  /**
   * `postgres://user:password@host/database`. Default: that of `store`, where it is given as such a URL; otherwise SQLite files in
   * `<snapshots.folder>/projections/<name>`, or memory where there is no folder.
   */
  readonly database?: string;
}

export interface WorkerOptions {
  /**
   * URL of a module that exports the application's context modules as the list `contexts`, as in
   * `new URL('./contexts.js', import.meta.url).href`. A worker process imports it, and nothing else of the application.
   * It may export `drivers` beside them. Workers need a store that several processes can open, and `snapshots.folder`.
   */
  readonly contexts: string;
  /** URL of the store. Default: that of the application, where it is given as a URL. */
  readonly store?: string;
  /** What the JavaScript objects of a worker process may take, in mebibytes. Default: 1,024. */
  readonly heapMegabytes?: number;
  /** A worker that folds no event for so long is ended, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
}

export interface ModelOptions {
  /** Contexts that other processes serve for this one, at the same paths: they are listed beside those of the application. */
  readonly contexts: Readonly<NonNullable<ModuleMetadata['imports']>>;
}

/** What the application serves over HTTP beside its own. Nothing is served that is not named here. */
export interface HttpParts extends OriginOptions {
  /**
   * Who may use them, by scopes. Default: nobody is asked, and the application's own guards decide alone. Those come first in any case; `principal`
   * takes over whom they have found.
   */
  readonly access?: AccessOptions;
  /** Where the parts are served, as in `internal/log`. Default: at the root. */
  readonly prefix?: string;
  /** `/events`: read the log, and append to it unless `read-only`. */
  readonly events?: boolean | 'read-only';
  /** `/commits` and `/head`: the log as it is stored, for remote stores. Who can reach them can record events of any type. */
  readonly commits?: boolean;
  /** `/projections`: how each projection is, its machine, and `resume` for one that has stopped. */
  readonly projections?: boolean;
  /** `/projections/<name>/audit` and `/rebuild`; `/problems`, those that were answered lately. */
  readonly operations?: boolean;
  /** `/model`: the contexts of the application, their deciders, projections and events. */
  readonly model?: boolean | ModelOptions;
  /** `/health/live` and `/health/ready`. */
  readonly health?: boolean;
  /**
   * A WebSocket at `/push` for everything that can be had as a stream, and `/asyncapi.json`. Guards of the application are not asked about an
   * upgrade: `access` and `push.admit` are; where there is neither, a warning is logged. Default: false.
   */
  readonly push?: boolean | PushOptions;
  /**
   * `/console`: a page that shows the running system. It does what the other parts let it do, so name those that it is to show: `events`, `projections`,
   * `operations`, `model`. Default: false.
   */
  readonly console?: boolean | ConsoleOptions;
  /**
   * A WebSocket at `/inspect` that speaks the protocol of Stately's inspector (`@statelyai/inspect`): the projections and their lifecycles as actors.
   * Whoever opens it sees all states and events. Guards of the application are not asked about an upgrade: `access` and `inspect.admit` are; where there
   * is neither, a warning is logged. Default: false.
   */
  readonly inspect?: boolean | InspectOptions;
}

export interface LeftfoldAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What Nest injects into `useFactory`, as in `[ConfigService]`. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => LeftfoldOptions | Promise<LeftfoldOptions>;
  /** Which endpoints there are is settled before anything is injected. */
  readonly http?: HttpParts;
}
