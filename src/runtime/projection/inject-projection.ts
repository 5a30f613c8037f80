/** How Nest knows a running projection. */
import { Inject } from '@nestjs/common';

/** The token under which a running projection is provided. */
export const tokenOf = (projection: string): string => `leftfold:projection:${projection}`;

/** Injects the running projection of this definition, a `Projection`. */
export const InjectProjection = (definition: {
  readonly name: string;
}): ParameterDecorator & PropertyDecorator => Inject(tokenOf(definition.name));
