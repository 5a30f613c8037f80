/** Compiles a machine into a fold that takes each step as XState's own `transition` would from that state, many times faster. */
import type { AnyStateMachine } from 'xstate';
import type { Fold, FoldEvent, FoldState } from '../fold-state.js';
import { Args, type Chart } from './chart.js';
import { Configurations } from './configurations.js';
import { effectOfStart } from './effect.js';
import { Macrostep } from './macrostep.js';
import { readChart } from './read-chart.js';

/** What entry actions are given when the machine starts. */
const STARTED: FoldEvent = { type: 'xstate.init' };

/**
 * @throws Error that names the state when the machine is not pure (invoke, after, history, spawned actors, delays, other
 *   effects), or when something that it names is not there
 */
export function compile<Context>(machine: AnyStateMachine): Fold<Context> {
  const chart = readChart(machine);
  const configurations = new Configurations(chart);
  return {
    initial: initialOf(chart, configurations) as FoldState<Context>,
    raises: chart.raises,
    step: (state, event) => {
      const from = configurations.at(state.value);
      const macrostep = new Macrostep(from, new Args(state.context as never, event));
      macrostep.take(chart);
      const next = macrostep.state;
      return next.value === from.value && next.context === state.context
        ? state
        : (next as FoldState<Context>);
    },
    accepts: (state, event) =>
      configurations
        .at(state.value)
        .select(new Args(state.context as never, event))
        .some(({ forbids }) => !forbids),
  };
}

function initialOf(chart: Chart, configurations: Configurations): FoldState {
  const { root, context } = chart;
  const { actions, nodes } = effectOfStart(root);
  const at = configurations.of(nodes);
  // Before anything is entered, XState has the value to come already, but only the machine itself active.
  const before = { value: at.value, ids: new Set([root.id]) };
  const macrostep = new Macrostep(at, new Args(context, STARTED));
  macrostep.start(actions, before, chart);
  return macrostep.state;
}
