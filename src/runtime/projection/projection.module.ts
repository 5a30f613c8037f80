/** Brings projections into a Nest application: `forRoot` once, `forFeature` in every read-side context. */
import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EventLog } from '../event-log/event-log.js';
import type { ProjectionDefinition } from './define-projection.js';
import { withDefinition } from './module-definitions.js';
import { HealthController } from '../http/projections/health.controller.js';
import { pastController } from '../http/projections/past.controller.js';
import { OperationsController } from '../http/operations/operations.controller.js';
import { projectionController } from '../http/projections/projection.controller.js';
import { ProjectionsController } from '../http/projections/projections.controller.js';
import { projectionToken } from './define-projection.js';
import { ProjectionHost, type ProjectionSettings } from './projection-host.js';
import { Operations } from './operations/operations.js';

@Module({})
export class ProjectionModule {
  static forRoot(settings: ProjectionSettings): DynamicModule {
    return {
      module: ProjectionModule,
      global: true,
      controllers: [HealthController, ProjectionsController, OperationsController],
      providers: [
        {
          provide: ProjectionHost,
          inject: [EventLog, EventEmitter2],
          useFactory: (log: EventLog, emitter: EventEmitter2) => new ProjectionHost(log, emitter, settings),
        },
        Operations,
      ],
      exports: [ProjectionHost, Operations],
    };
  }

  /** One projection with its standard query endpoint, `GET /<name>`. */
  static forFeature<Context>(definition: ProjectionDefinition<Context>): DynamicModule {
    const token = projectionToken(definition.name);
    const module: DynamicModule = {
      module: ProjectionModule,
      providers: [
        {
          provide: token,
          inject: [ProjectionHost],
          useFactory: (host: ProjectionHost) => host.add(definition),
        },
      ],
      controllers: [projectionController(definition.name), pastController(definition.name)],
      exports: [token],
    };
    return withDefinition(module, definition);
  }
}

/** Injects the running projection of this definition. */
export const InjectProjection = (definition: {
  readonly name: string;
}): ParameterDecorator & PropertyDecorator => Inject(projectionToken(definition.name));
