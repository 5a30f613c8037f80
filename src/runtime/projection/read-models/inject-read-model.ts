/** How Nest knows a running read model. */
import { Inject } from '@nestjs/common';
import { tokenOf } from '../inject-projection.js';

/** Injects the running read model of this definition or name, a `ReadModel`. */
export const InjectReadModel = (
  definition: { readonly name: string } | string,
): ParameterDecorator & PropertyDecorator =>
  Inject(tokenOf(typeof definition === 'string' ? definition : definition.name));
