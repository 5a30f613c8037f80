/** Brings the runtime into a Nest application: `forRoot` once, `forFeature` in every bounded context. */
import {
  Logger,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer, RouterModule } from '@nestjs/core';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { AnyContract } from './event-log/contracts/event-contract.js';
import { BUILT_IN_DRIVERS } from './built-in-drivers.js';
import { checkedOptions, checkedParts, requireStore } from './checked-options.js';
import type { Consumer } from './event-log/contracts/contract-registry.js';
import { EventLog } from './event-log/event-log.js';
import { EventStore } from './event-log/event-store.js';
import { signal } from './event-log/signals.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE } from './http/events/cloud-event.js';
import { CommitsController } from './http/commits/commits.controller.js';
import { HeadController } from './http/commits/head.controller.js';
import { EventsController } from './http/events/events.controller.js';
import { ReadOnlyEventsController } from './http/events/read-only-events.controller.js';
import { NEW_COMMITS_TYPE } from './event-log/commits/new-commit-lines.js';
import { MAX_COMMITS_BODY_BYTES } from './http/commits/commit-body.js';
import { ForeignApplication } from './http/kernel/foreign-application.js';
import { Links } from './http/kernel/links.js';
import { OriginPolicy } from './http/kernel/origin-policy.js';
import { PROBLEM_HEADERS, ProblemFilter, type ProblemHeaders } from './http/kernel/problem.filter.js';
import { commandTypesIn, commandsController, servesCommands } from './http/commands/commands.controller.js';
import { routesOf, type Servable } from './http/commands/routes.js';
import { OperationsController } from './http/operations/operations.controller.js';
import { entitiesController } from './http/entities/entities.controller.js';
import { entityPastController } from './http/entities/entity-past.controller.js';
import { HealthController } from './http/health/health.controller.js';
import { pastController } from './http/projections/past.controller.js';
import { projectionController } from './http/projections/projection.controller.js';
import { ProjectionsController } from './http/projections/projections.controller.js';
import { LeftfoldHealthIndicator } from './leftfold-health-indicator.js';
import type { HttpParts, LeftfoldAsyncOptions, LeftfoldOptions } from './leftfold-options.js';
import { projectionSettings } from './projection-settings.js';
import type { ProjectionDefinition } from './projection/define-projection.js';
import {
  isEntityProjection,
  type EntityProjectionDefinition,
} from './projection/entities/define-entity-projection.js';
import { withFeature } from './projection/module-definitions.js';
import { tokenOf } from './projection/inject-projection.js';
import { Operations } from './projection/operations/operations.js';
import { requireOneEndpointEach } from './one-endpoint-each.js';
import { ProjectionHost } from './projection/projection-host.js';
import { StartGuard } from './start-guard.js';
import { StoreDrivers } from './stores/drivers.js';

const OPTIONS = 'leftfold:options';

/** What a bounded context brings along. */
export interface FeatureOptions {
  /** The event contracts that it publishes. Without its contract the log refuses an event. */
  readonly contracts?: readonly AnyContract[];
  /** Of one state, and of many. */
  readonly projections?: readonly (ProjectionDefinition | EntityProjectionDefinition)[];
  /** Whose commands it carries out. What they consume is registered with them. */
  readonly deciders?: readonly (Consumer | Servable)[];
  /**
   * Whether it is served: of projections `GET /<name>`, `/<name>/history`, `/<name>/what-if`; of an entity projection `GET /<name>`,
   * `/<name>/{key}` and, where it has a `tag`, `/<name>/{key}/history` and `/<name>/{key}/what-if`; of deciders with commands
   * `POST /<name>`, `GET /<name>/{id}`, `POST /<name>/{id}/<command>`. Default: false.
   */
  readonly http?: boolean;
}

@Module({})
export class LeftfoldModule implements OnApplicationShutdown {
  /** @internal Nest makes it. */
  constructor(
    private readonly log: EventLog,
    modules: ModulesContainer,
  ) {
    const roots = [...modules.values()].filter(({ metatype }) => metatype === LeftfoldModule);
    if (roots.length > 1)
      throw new Error('there are two LeftfoldModule.forRoot; an application has one event log');
  }

  /**
   * The log, its projections, and what is served of them. Global: every module can inject `EventLog`.
   *
   * If a contract, a decider or a projection is refused, a store that was opened by URL is closed again. If another provider of the
   * application fails, it stays open for the rest of the process, as Nest ends nothing of an application that it could not create.
   */
  static forRoot({ http, ...options }: LeftfoldOptions & { readonly http?: HttpParts }): DynamicModule {
    return LeftfoldModule.forRootAsync({ useFactory: () => options, ...(http !== undefined && { http }) });
  }

  /** As `forRoot`, with options that are injected: `{ inject: [ConfigService], useFactory: (config) => … }`. */
  static forRootAsync({
    imports = [],
    inject,
    useFactory,
    http: parts = {},
  }: LeftfoldAsyncOptions): DynamicModule {
    const http = checkedParts(parts);
    const given = useFactory as (...injected: unknown[]) => LeftfoldOptions | Promise<LeftfoldOptions>;
    const options: FactoryProvider<LeftfoldOptions> = {
      provide: OPTIONS,
      ...(inject !== undefined && { inject }),
      // Before a store is opened.
      useFactory: async (...injected: unknown[]) => checkedOptions(await given(...injected)),
    };
    return {
      module: LeftfoldModule,
      global: true,
      imports: [...imports, ...prefixed(http)],
      controllers: controllersOf(http),
      providers: [options, ...RUNTIME, ...httpProviders(http)],
      exports: [
        StartGuard,
        EventStore,
        EventLog,
        ProjectionHost,
        Operations,
        LeftfoldHealthIndicator,
        Links,
        OriginPolicy,
        ProblemFilter,
        PROBLEM_HEADERS,
      ],
    };
  }

  /** What one bounded context brings along. */
  static forFeature({
    contracts = [],
    projections = [],
    deciders = [],
    http = false,
  }: FeatureOptions): DynamicModule {
    const names = projections.map(({ name }) => name);
    requireDistinct('projections', names);
    requireDistinct(
      'deciders',
      deciders.map(({ name }) => name),
    );
    const served = http ? deciders.map(routesOf).filter((routes) => routes.length > 0) : [];
    const lists = http ? projections.filter(isEntityProjection) : [];
    const paths = [
      ...lists.map(({ name }) => `GET /${name}/:key`),
      ...served.flat().map(({ method, path }) => `${method} /${path}`),
    ];
    // Whatever a parameter is called, it stands for the same part of a path.
    requireDistinct(
      'paths',
      paths.map((path) => path.replace(/:[^/]+/g, '{id}')),
    );
    const module: DynamicModule = {
      module: LeftfoldFeatureModule,
      providers: [
        contractsProvider(contracts),
        ...projections.map((definition): Provider => ({
          provide: tokenOf(definition.name),
          inject: [StartGuard, ProjectionHost],
          useFactory: (guard: StartGuard, host: ProjectionHost) =>
            guard.orClose<unknown>(() =>
              isEntityProjection(definition) ? host.addEntities(definition) : host.add(definition),
            ),
        })),
        ...deciders.filter(isConsumer).map(deciderProvider),
      ],
      controllers: http ? [...projections.flatMap(controllersFor), ...served.map(commandsController)] : [],
      exports: names.map(tokenOf),
    };
    const entities = projections.filter(isEntityProjection);
    return withFeature(module, {
      contracts: [...contracts, ...entities.flatMap(({ consumes }) => consumes)],
      projections: projections.filter((each): each is ProjectionDefinition => !isEntityProjection(each)),
      entityProjections: entities.map(({ name }) => name),
    });
  }

  // The HTTP server has answered everything by now.
  async onApplicationShutdown(): Promise<void> {
    await this.log.close();
  }
}

@Module({})
class LeftfoldFeatureModule {}

/** Whose controllers are the runtime's own. */
const OWN_MODULES: ReadonlySet<Type> = new Set<Type>([LeftfoldModule, LeftfoldFeatureModule]);

const logger = new Logger('EventLog');

const RUNTIME: readonly Provider[] = [
  LeftfoldHealthIndicator,
  {
    provide: EventStore,
    inject: [OPTIONS],
    useFactory: async ({ store, drivers = [] }: LeftfoldOptions): Promise<EventStore> => {
      if (typeof store !== 'string') return store;
      const opened: unknown = await new StoreDrivers([...BUILT_IN_DRIVERS, ...drivers]).open(store, {
        onConnection: (message) => {
          logger.warn(message);
        },
      });
      requireStore(opened);
      return opened as EventStore;
    },
  },
  {
    provide: StartGuard,
    inject: [EventStore, OPTIONS],
    useFactory: (store: EventStore, options: LeftfoldOptions): StartGuard =>
      new StartGuard(store, typeof options.store === 'string'),
  },
  {
    provide: EventLog,
    inject: [EventStore, { token: EventEmitter2, optional: true }],
    useFactory: (store: EventStore, emitter?: EventEmitter2): EventLog =>
      new EventLog(store, {
        onFollowerFailed: (error) => {
          logger.error('a follower failed and was taken off', error instanceof Error ? error.stack : error);
          signal(emitter, 'follower.failed', { error }, (failure) => {
            logger.error(failure);
          });
        },
      }),
  },
  {
    provide: ProjectionHost,
    inject: [StartGuard, EventLog, EventStore, OPTIONS, { token: EventEmitter2, optional: true }],
    useFactory: (
      guard: StartGuard,
      log: EventLog,
      store: EventStore,
      options: LeftfoldOptions,
      emitter?: EventEmitter2,
    ) => guard.orClose(() => new ProjectionHost(log, emitter, projectionSettings(options, store))),
  },
  {
    provide: Operations,
    inject: [StartGuard, ProjectionHost, EventLog, { token: EventEmitter2, optional: true }],
    useFactory: (guard: StartGuard, host: ProjectionHost, log: EventLog, emitter?: EventEmitter2) =>
      guard.orClose(() => new Operations(host, log, emitter)),
  },
];

/** What controllers need, the runtime's and the application's own, and what is checked of the application at its start. */
function httpProviders({
  prefix,
  events,
  commits,
  projections,
  hosts,
  origins,
}: HttpParts): readonly Provider[] {
  return [
    ProblemFilter,
    {
      provide: OriginPolicy,
      useFactory: (): OriginPolicy =>
        new OriginPolicy({ ...(hosts && { hosts }), ...(origins && { origins }) }),
    },
    {
      provide: PROBLEM_HEADERS,
      inject: [EventLog, ProjectionHost],
      // From memory: an error is answered without asking the store.
      useFactory:
        (log: EventLog, host: ProjectionHost): ProblemHeaders =>
        () => {
          const seen = [log.knownHead, ...host.all.map(({ position }) => position)];
          return Promise.resolve({ 'leftfold-position': String(Math.max(...seen)) });
        },
    },
    {
      provide: Links,
      inject: [ApplicationConfig],
      useFactory: (config: ApplicationConfig): Links => new Links(config, prefix),
    },
    {
      provide: ForeignApplication,
      inject: [HttpAdapterHost, ModulesContainer, Links, ProblemFilter],
      useFactory: (host: HttpAdapterHost, container: ModulesContainer, links: Links, filter: ProblemFilter) =>
        new ForeignApplication(host, container, links, filter, {
          readsBodies:
            [events, commits, projections].some((part) => part !== undefined && part !== false) ||
            servesCommands(container),
          jsonTypes: [CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE, ...commandTypesIn(container)],
          largeTypes: commits === true ? { [NEW_COMMITS_TYPE]: MAX_COMMITS_BODY_BYTES } : {},
          modules: OWN_MODULES,
        }),
    },
    {
      provide: 'leftfold:endpoints',
      inject: [StartGuard, ModulesContainer],
      useFactory: (guard: StartGuard, container: ModulesContainer) =>
        guard.orClose(() => {
          requireOneEndpointEach(container, OWN_MODULES);
          return true;
        }),
    },
  ];
}

function controllersFor(definition: ProjectionDefinition | EntityProjectionDefinition): readonly Type[] {
  if (isEntityProjection(definition)) {
    const past = definition.tag === undefined ? [] : [entityPastController(definition)];
    return [entitiesController(definition), ...past];
  }
  return [projectionController(definition.name), pastController(definition.name)];
}

function controllersOf({ events, commits, projections, operations, health }: HttpParts): Type[] {
  return [
    ...(health === true ? [HealthController] : []),
    ...(events === true ? [EventsController] : []),
    ...(events === 'read-only' ? [ReadOnlyEventsController] : []),
    ...(commits === true ? [CommitsController, HeadController] : []),
    ...(projections === true ? [ProjectionsController] : []),
    ...(operations === true ? [OperationsController] : []),
  ];
}

/** One prefix for the runtime's endpoints and those of the projections. */
function prefixed({ prefix }: HttpParts): readonly DynamicModule[] {
  if (prefix === undefined) return [];
  return [
    RouterModule.register([
      { path: prefix, module: LeftfoldModule },
      { path: prefix, module: LeftfoldFeatureModule },
    ]),
  ];
}

function contractsProvider(contracts: readonly AnyContract[]): Provider {
  return {
    provide: 'leftfold:contracts',
    inject: [StartGuard, EventLog],
    useFactory: (guard: StartGuard, log: EventLog) =>
      guard.orClose(() => {
        log.contracts.register(contracts);
        return true;
      }),
  };
}

/** Nest would silently keep the last provider of two under one token. */
function requireDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`there are two ${what} named ${twice}`);
}

function isConsumer(decider: Consumer | Servable): decider is Consumer {
  return 'fold' in decider;
}

/** So that it is known who folds which events. */
function deciderProvider({ name: decider, consumes, fold }: Consumer): Provider {
  const name = `decider ${decider}`;
  return {
    provide: `leftfold:${name}`,
    inject: [StartGuard, EventLog],
    useFactory: (guard: StartGuard, log: EventLog) =>
      guard.orClose(() => {
        log.contracts.consumedBy({ name, consumes, fold });
        return true;
      }),
  };
}
