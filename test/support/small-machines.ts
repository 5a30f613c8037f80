/** Small machines that are compiled in specs: a configuration in, a fold out. */
import { assign, createMachine } from 'xstate';
import type { Fold, FoldState } from '../../src/runtime/fold/fold-state.js';
import { foldOf } from '../../src/runtime/fold/fold.js';

export type Config = Readonly<Record<string, unknown>>;

/** Every assignment adds its name, so that the order shows. */
export interface Trail {
  readonly trail: readonly string[];
}

export const adds = (name: string): unknown =>
  assign({ trail: ({ context }: { context: Trail }) => [...context.trail, name] });

export const compiled = (config: Config, implementations: Config = {}): Fold<Trail> =>
  foldOf(createMachine({ id: 'm', context: { trail: [] }, ...config } as never, implementations as never));

export const compiling =
  (config: Config, implementations: Config = {}): (() => Fold) =>
  () =>
    compiled(config, implementations);

export const after = (fold: Fold<Trail>, ...types: readonly string[]): FoldState<Trail> =>
  types.reduce((state, type) => fold.step(state, { type }), fold.initial);

export const trailAfter = (fold: Fold<Trail>, ...types: readonly string[]): readonly string[] =>
  after(fold, ...types).context.trail;

export const inState = (config: Config): Config => ({ initial: 's', states: { s: config } });

export const doing = (actions: unknown): Config => inState({ on: { 'it.happened': { actions } } });
