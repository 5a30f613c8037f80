/** Brings the runtime into a Nest application: `forRoot` once, `forFeature` in every bounded context. */
import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ModulesContainer, RouterModule } from '@nestjs/core';
import type { AnyContract } from './event-log/contracts/event-contract.js';
import { checkedOptions, checkedParts } from './checked-options.js';
import type { Consumer } from './event-log/contracts/contract-registry.js';
import type { Reliance } from './event-log/contracts/publishing/reliance.js';
import { Access } from './access/access.js';
import { Gate } from './access/gate.js';
import { EventLog } from './event-log/event-log.js';
import { EventStore } from './event-log/event-store.js';
import { Links } from './http/kernel/links.js';
import { OriginPolicy } from './http/kernel/origin-policy.js';
import { pathOf } from './http/kernel/paths.js';
import { PROBLEM_HEADERS, ProblemFilter } from './http/kernel/problem.filter.js';
import { RECENT_PROBLEMS } from './http/kernel/recent-problems.js';
import { LiveEvents } from './http/push/live-events.js';
import { PushStreams } from './http/push/push-streams.js';
import { commandsController } from './http/commands/commands.controller.js';
import { routesOf, type Servable } from './http/commands/routes.js';
import { LeftfoldHealthIndicator } from './leftfold-health-indicator.js';
import type { HttpParts, LeftfoldAsyncOptions, LeftfoldOptions } from './leftfold-options.js';
import type { ProjectionDefinition } from './projection/define-projection.js';
import {
  isEntityProjection,
  type EntityProjectionDefinition,
} from './projection/entities/define-entity-projection.js';
import { withFeature } from './projection/module-definitions.js';
import { requireOwnRelations } from './projection/entities/entity-relations.js';
import { isReadModel, type AnyReadModelDefinition } from './projection/read-models/any-read-model.js';
import { tokenOf } from './projection/inject-projection.js';
import { Operations } from './projection/operations/operations.js';
import { ProjectionHost } from './projection/projection-host.js';
import { StartGuard } from './start-guard.js';
import { controllersFor, controllersOf, httpProviders } from './http-providers.js';
import { OPTIONS, RUNTIME } from './runtime-providers.js';

/** What a bounded context brings along. */
export interface FeatureOptions {
  /** The event contracts that it publishes. Without its contract the log refuses an event. */
  readonly contracts?: readonly AnyContract[];
  /** Of one state, and of many. */
  readonly projections?: readonly (ProjectionDefinition | EntityProjectionDefinition)[];
  /** Tables of its own that follow the log, made by `defineReadModel` of `leftfold/read-models`. */
  readonly readModels?: readonly AnyReadModelDefinition[];
  /** Whose commands it carries out. What they consume is registered with them. */
  readonly deciders?: readonly (Consumer | Servable)[];
  /**
   * What it needs of events, its own or those of other contexts: `leftfold contracts check` tells a change that breaks it. Without `fields`, all that
   * its projections and deciders consume is taken to be needed.
   */
  readonly reliesOn?: readonly Reliance[];
  /** What it records otherwise than by the event that a command names, as a service does, or a claim of a unique value. For `leftfold model`. */
  readonly records?: readonly AnyContract[];
  /**
   * Whether it is served: of projections `GET /<path>`, `/<path>/history`, `/<path>/what-if`; of an entity projection `GET /<path>`,
   * `/<path>/{key}` and, where it has a `tag`, `/<path>/{key}/history` and `/<path>/{key}/what-if`; of deciders with commands
   * `POST /<path>`, `GET /<path>/{id}`, `POST /<path>/{id}/<command>`. A path is the name, unless `http.path` says otherwise. Default: false.
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
      providers: [options, ...RUNTIME, ...httpProviders(http, OWN_MODULES)],
      exports: [
        StartGuard,
        EventStore,
        EventLog,
        ProjectionHost,
        Operations,
        LeftfoldHealthIndicator,
        Links,
        LiveEvents,
        PushStreams,
        OriginPolicy,
        Gate,
        ...(http.access === undefined ? [] : [Access]),
        ...(http.operations === true ? [RECENT_PROBLEMS] : []),
        ProblemFilter,
        PROBLEM_HEADERS,
      ],
    };
  }

  /** What one bounded context brings along. */
  static forFeature({
    contracts = [],
    projections = [],
    readModels = [],
    deciders = [],
    reliesOn = [],
    records = [],
    http = false,
  }: FeatureOptions): DynamicModule {
    requireReadModels(readModels);
    const names = [...projections, ...readModels].map(({ name }) => name);
    requireDistinct('projections', names);
    requireDistinct(
      'deciders',
      deciders.map(({ name }) => name),
    );
    requireOwnRelations(projections);
    const served = http ? deciders.map(routesOf).filter((routes) => routes.length > 0) : [];
    const lists = http
      ? projections.filter(isEntityProjection).filter((each) => each.http.entity !== false)
      : [];
    const paths = [
      ...(http ? projections.map((each) => `GET /${pathOf(each)}`) : []),
      ...lists.map((each) => `GET /${pathOf(each)}/:key`),
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
        contractsProvider([...contracts, ...records, ...reliesOn.map(({ event }) => event)]),
        ...projections.map((definition): Provider => ({
          provide: tokenOf(definition.name),
          inject: [StartGuard, ProjectionHost],
          useFactory: (guard: StartGuard, host: ProjectionHost) =>
            guard.orClose<unknown>(() =>
              isEntityProjection(definition) ? host.addEntities(definition) : host.add(definition),
            ),
        })),
        ...readModels.map((definition): Provider => ({
          provide: tokenOf(definition.name),
          inject: [StartGuard, ProjectionHost],
          useFactory: (guard: StartGuard, host: ProjectionHost) =>
            guard.orClose<unknown>(() => host.addReadModel(definition)),
        })),
        ...deciders.filter(isConsumer).map(deciderProvider),
      ],
      controllers: http ? [...projections.flatMap(controllersFor), ...served.map(commandsController)] : [],
      exports: names.map(tokenOf),
    };
    const entities = projections.filter(isEntityProjection);
    return withFeature(module, {
      contracts: [
        ...contracts,
        ...[...entities, ...readModels].flatMap(({ consumes }) => consumes),
        ...deciders.filter(isConsumer).flatMap(({ consumes }) => consumes),
        ...reliesOn.map(({ event }) => event),
        ...records,
      ],
      named: contracts,
      projections: projections.filter((each): each is ProjectionDefinition => !isEntityProjection(each)),
      entityProjections: entities,
      readModels,
      deciders,
      reliesOn,
      records,
      http,
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

function requireReadModels(readModels: readonly object[]): void {
  if (readModels.every(isReadModel)) return;
  throw new Error(
    'readModels lists what defineReadModel of leftfold/read-models makes; projections of other kinds are listed in projections',
  );
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
