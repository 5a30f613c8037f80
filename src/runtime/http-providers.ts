/** Which controllers an application has of the runtime, and what they need. */
import type { Provider, Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { EventLog } from './event-log/event-log.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE } from './http/events/cloud-event.js';
import { CommitsController } from './http/commits/commits.controller.js';
import { HeadController } from './http/commits/head.controller.js';
import { EventsController } from './http/events/events.controller.js';
import { ReadOnlyEventsController } from './http/events/read-only-events.controller.js';
import { NEW_COMMITS_TYPE } from './event-log/commits/new-commit-lines.js';
import { MAX_COMMITS_BODY_BYTES } from './http/commits/commit-body.js';
import { ForeignApplication } from './http/kernel/foreign-application.js';
import { Access } from './access/access.js';
import { Gate } from './access/gate.js';
import { Links } from './http/kernel/links.js';
import { OriginPolicy } from './http/kernel/origin-policy.js';
import { PROBLEM_HEADERS, ProblemFilter, type ProblemHeaders } from './http/kernel/problem.filter.js';
import { RECENT_PROBLEMS, RecentProblems } from './http/kernel/recent-problems.js';
import { commandTypesIn, servesCommands } from './http/commands/commands.controller.js';
import { OperationsController } from './http/operations/operations.controller.js';
import { ProblemsController } from './http/operations/problems.controller.js';
import { StorageController } from './http/operations/storage.controller.js';
import { Verification } from './http/operations/verification.js';
import { VerificationController } from './http/operations/verification.controller.js';
import { entitiesController } from './http/entities/entities.controller.js';
import { entityPastController } from './http/entities/entity-past.controller.js';
import { ModelController } from './http/model/model.controller.js';
import { SERVED_CONTEXTS, servedContexts, type ServedContexts } from './http/model/served-contexts.js';
import { HealthController } from './http/health/health.controller.js';
import { foldedController } from './http/projections/folded.controller.js';
import { pastController } from './http/projections/past.controller.js';
import { LiveEvents } from './http/push/live-events.js';
import { PushStreams } from './http/push/push-streams.js';
import { InspectController } from './http/inspect/inspect.controller.js';
import { InspectGateway } from './http/inspect/inspect-gateway.js';
import type { InspectOptions } from './http/inspect/inspect-options.js';
import { ConsoleController } from './console/console.controller.js';
import type { ConsoleOptions } from './console/console-options.js';
import { ConsolePage } from './console/console-page.js';
import { PushController } from './http/push/websocket/push.controller.js';
import { PushGateway } from './http/push/websocket/push-gateway.js';
import type { PushOptions } from './http/push/websocket/push-options.js';
import { projectionController } from './http/projections/projection.controller.js';
import { ProjectionsController } from './http/projections/projections.controller.js';
import type { HttpParts, ModelOptions } from './leftfold-options.js';
import type { ProjectionDefinition } from './projection/define-projection.js';
import {
  isEntityProjection,
  type EntityProjectionDefinition,
} from './projection/entities/define-entity-projection.js';
import { requireOneEndpointEach } from './one-endpoint-each.js';
import { ProjectionHost } from './projection/projection-host.js';
import { StartGuard } from './start-guard.js';

/** What every WebSocket of the runtime is made with, in the order of its factories. */
const SOCKET_PARTS = [HttpAdapterHost, Links, Gate, ModulesContainer] as const;

/**
 * What controllers need, the runtime's and the application's own, and what is checked of the application at its start.
 *
 * @param modules whose controllers are the runtime's own
 */
export function httpProviders(
  {
    prefix,
    events,
    commits,
    projections,
    hosts,
    origins,
    behindTlsProxy,
    access,
    push,
    model,
    operations,
    console,
    inspect,
  }: HttpParts,
  modules: ReadonlySet<Type>,
): readonly Provider[] {
  return [
    ProblemFilter,
    ...(operations === true
      ? [{ provide: RECENT_PROBLEMS, useFactory: (): RecentProblems => new RecentProblems() }]
      : []),
    ...(operations === true ? [Verification] : []),
    ...(push === undefined || push === false ? [] : [pushProvider(push)]),
    ...(console === undefined || console === false ? [] : [consoleProvider(console)]),
    ...(inspect === undefined || inspect === false ? [] : [inspectProvider(inspect)]),
    ...(model === undefined || model === false ? [] : [modelProvider(model)]),
    { provide: PushStreams, useFactory: (): PushStreams => new PushStreams() },
    {
      provide: LiveEvents,
      inject: [EventLog],
      useFactory: (log: EventLog): LiveEvents => new LiveEvents(log),
    },
    {
      provide: OriginPolicy,
      useFactory: (): OriginPolicy =>
        new OriginPolicy({
          ...(hosts && { hosts }),
          ...(origins && { origins }),
          ...(behindTlsProxy && { behindTlsProxy }),
        }),
    },
    ...(access === undefined ? [] : [{ provide: Access, useValue: new Access(access) }]),
    {
      provide: Gate,
      inject: [OriginPolicy, { token: Access, optional: true }],
      useFactory: (policy: OriginPolicy, asking?: Access): Gate => new Gate(policy, asking),
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
          modules,
        }),
    },
    {
      provide: 'leftfold:endpoints',
      inject: [StartGuard, ModulesContainer],
      useFactory: (guard: StartGuard, container: ModulesContainer) =>
        guard.orClose(() => {
          requireOneEndpointEach(container, modules);
          return true;
        }),
    },
  ];
}

function modelProvider(model: true | ModelOptions): Provider {
  return {
    provide: SERVED_CONTEXTS,
    inject: [ModulesContainer],
    useFactory:
      (container: ModulesContainer): ServedContexts =>
      () =>
        servedContexts(container, model === true ? [] : model.contexts),
  };
}

function pushProvider(push: true | PushOptions): Provider {
  return {
    provide: PushGateway,
    inject: [...SOCKET_PARTS, PushStreams],
    useFactory: (
      host: HttpAdapterHost,
      links: Links,
      gate: Gate,
      container: ModulesContainer,
      streams: PushStreams,
    ) => new PushGateway({ host, links, gate, container }, streams, push === true ? {} : push),
  };
}

function inspectProvider(inspect: true | InspectOptions): Provider {
  return {
    provide: InspectGateway,
    inject: [...SOCKET_PARTS, ProjectionHost],
    useFactory: (
      host: HttpAdapterHost,
      links: Links,
      gate: Gate,
      container: ModulesContainer,
      projections: ProjectionHost,
    ) => new InspectGateway({ host, links, gate, container }, projections, inspect === true ? {} : inspect),
  };
}

function consoleProvider(console: true | ConsoleOptions): Provider {
  return {
    provide: ConsolePage,
    inject: [Links],
    useFactory: (links: Links) => new ConsolePage(links, console === true ? {} : console),
  };
}

export function controllersFor(
  definition: ProjectionDefinition | EntityProjectionDefinition,
): readonly Type[] {
  if (isEntityProjection(definition)) {
    const past = definition.tag === undefined ? [] : [entityPastController(definition)];
    return [entitiesController(definition), ...past];
  }
  const controllers = [projectionController(definition), pastController(definition)];
  return definition.http?.folded === true ? [...controllers, foldedController(definition)] : controllers;
}

export function controllersOf({
  events,
  commits,
  projections,
  operations,
  health,
  model,
  push,
  console,
  inspect,
}: HttpParts): Type[] {
  return [
    ...(health === true ? [HealthController] : []),
    ...(events === true ? [EventsController] : []),
    ...(events === 'read-only' ? [ReadOnlyEventsController] : []),
    ...(commits === true ? [CommitsController, HeadController] : []),
    ...(projections === true ? [ProjectionsController] : []),
    ...(model === undefined || model === false ? [] : [ModelController]),
    ...(push === undefined || push === false ? [] : [PushController]),
    ...(operations === true
      ? [OperationsController, ProblemsController, VerificationController, StorageController]
      : []),
    ...(console === undefined || console === false ? [] : [ConsoleController]),
    ...(inspect === undefined || inspect === false ? [] : [InspectController]),
  ];
}
