/**
 * Turns a state machine into a fold: (state, event) → state, as plain data in and plain data out. Each step is the one that
 * XState's own `transition` would take from that state, many times faster (`npm run bench:projection`).
 */
import { Args, runActions, type Chart, type Context as Values, type RaiseQueue } from './compiled/chart.js';
import { Configurations } from './compiled/configurations.js';
import { effectOfStart } from './compiled/effect.js';
import { Macrostep } from './compiled/macrostep.js';
import { observingActions, placeBlamedFor, placeOfAction } from './compiled/places.js';
import { readChart, type Machine } from './compiled/read-chart.js';
import type { ActionRun, Fold, FoldEvent, FoldState } from './fold-state.js';
import { NotData, explainChange, freezeData } from './state-data.js';

export type { ContextOf, Machine } from './compiled/read-chart.js';
export { inOrderFor } from './compiled/selection.js';

/** What entry actions are given when the machine starts. */
const STARTED: FoldEvent = { type: 'xstate.init' };

/** For actions that were compiled as ones that cannot raise. */
const NO_RAISES: RaiseQueue = {
  raise: ({ type }) => {
    throw new Error(`${type} was raised by an action that was taken for one that only assigns`);
  },
};

/** In development and in tests; in production, and in browsers, only the initial state is looked through, since each step costs that much more. */
const CHECKS_STEPS = typeof process !== 'undefined' && process.env['NODE_ENV'] !== 'production';

/**
 * @param options `checksSteps`: whether the state is looked through and frozen after each step, so that an action that changes it in place, or
 *   puts something into it that is no data, fails at once. Default: in Node, unless `NODE_ENV` is `production`
 * @throws NotData when the initial context is no plain data
 * @throws Error that names the state when the machine is not pure (invoke, after, history, spawned actors, delays, other
 *   effects), or when a guard or action that it names has no implementation
 */
export function foldOf<Context>(
  machine: Machine,
  { checksSteps = CHECKS_STEPS }: { readonly checksSteps?: boolean } = {},
): Fold<Context> {
  const chart = readChart(machine);
  const configurations = new Configurations(chart);
  const initial = initialOf(chart, configurations) as FoldState<Context>;
  freezeData(initial.context, `machine ${machine.id}: context`);
  const unchecked = uncheckedFold<Context>(chart, configurations, initial);
  const fold = { ...unchecked, actionsOf: actionsIn(unchecked) };
  return checksSteps ? checkedFold(fold) : fold;
}

const actionsIn =
  <Context>(fold: Fold<Context>): NonNullable<Fold<Context>['actionsOf']> =>
  (state, event) => {
    const actions: ActionRun[] = [];
    observingActions(
      (action, context) => actions.push({ place: placeOfAction(action) ?? 'an action', context }),
      () => fold.step(state, event),
    );
    return actions;
  };

/** The same fold, of states that are looked through and frozen before and after each step. */
function checkedFold<Context>(fold: Fold<Context>): Fold<Context> {
  return {
    ...fold,
    step: (state, event) => {
      freezeData(state.context, 'context'); // it may come from a snapshot
      let next: FoldState<Context>;
      try {
        next = fold.step(state, event);
      } catch (error) {
        throw explainChange(error, state.value, event.type, placeBlamedFor(error));
      }
      try {
        freezeData(next.context, 'context');
      } catch (error) {
        throw error instanceof NotData
          ? new NotData(error.path, error.what, sourceOf(fold, state, event))
          : error;
      }
      return next;
    },
  };
}

/** The action that first returns a context which is no data, found by taking the step again. */
function sourceOf<Context>(fold: Fold<Context>, state: FoldState<Context>, event: FoldEvent): string {
  let source: string | undefined;
  observingActions(
    (action, context) => {
      if (source === undefined && !isData(context)) source = placeOfAction(action);
    },
    () => fold.step(state, event),
  );
  return `${source ?? 'an action'}, at ${event.type}`;
}

function isData(value: unknown): boolean {
  try {
    freezeData(value, '');
    return true;
  } catch {
    return false;
  }
}

function uncheckedFold<Context>(
  chart: Chart,
  configurations: Configurations,
  initial: FoldState<Context>,
): Fold<Context> {
  return {
    initial,
    awaits: chart.awaits,
    step: (state, event) => {
      const from = configurations.forValue(state.value);
      const reaction = from.reactionTo(event.type);
      if (reaction.isIgnored) return state;
      const before = state.context as Values;
      const args = new Args(before, event);
      const microstep = from.microstepFor(args, reaction);
      let { value } = from;
      let context = before;
      // Without the general case below: 102 instead of 110 ns a step (`fold-in-memory`).
      if (microstep?.isLast === true) {
        value = microstep.to.value;
        context = runActions(microstep.actions, args, from, NO_RAISES);
      } else if (microstep !== undefined || from.hasEventless) {
        const macrostep = new Macrostep(from, before, event);
        macrostep.take(microstep, chart);
        ({ value, context } = macrostep);
      }
      return value === from.value && context === before ? state : { value, context: context as Context };
    },
    accepts: (state, event) =>
      configurations
        .forValue(state.value)
        .select(new Args(state.context as Values, event))
        .some(({ forbids }) => !forbids),
    acceptsAny: (state, type) => configurations.forValue(state.value).reactionTo(type).isAccepted,
    handles: (state, type) => {
      const { regions, own } = configurations.forValue(state.value).reactionTo(type).candidates;
      return regions.length > 0 || own.length > 0;
    },
    runsNothing: (state, type) => configurations.forValue(state.value).reactionTo(type).runsNothing,
  };
}

function initialOf(chart: Chart, configurations: Configurations): FoldState {
  const { root, context } = chart;
  const { actions, nodes } = effectOfStart(root);
  const at = configurations.withNodes(nodes);
  // As in XState: during the entry actions the value is the one to come, but only the root is active.
  const before = { value: at.value, ids: new Set([root.id]) };
  const macrostep = new Macrostep(at, context, STARTED);
  macrostep.start(actions, before, chart);
  return { value: macrostep.value, context: macrostep.context };
}
