/** The contexts that an application has or hands on. */
import type { ModulesContainer } from '@nestjs/core';
import { contextsIn, contextsOf, type ContextParts } from '../../projection/module-definitions.js';

/** Token of a function that gives them. */
export const SERVED_CONTEXTS = 'leftfold:served-contexts';

export type ServedContexts = () => readonly ContextParts[];

/** @param others modules of contexts that other processes serve for this one; those among them that run here are there once */
export function servedContexts(
  container: ModulesContainer,
  others: readonly unknown[],
): readonly ContextParts[] {
  const own = contextsOf(container);
  const known = new Set(own.flatMap(({ features }) => features));
  const elsewhere = contextsIn(others).filter(({ features }) => !features.every((each) => known.has(each)));
  return [...own, ...elsewhere];
}
