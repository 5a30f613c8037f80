/** Compiles a machine into a fold that takes each step as XState's own `transition` would from that state, many times faster. */
import type { Fold, FoldEvent, FoldState } from '../fold-state.js';
import { Args, carryOut, type Chart, type Context as Values, type Raising } from './chart.js';
import { Configurations } from './configurations.js';
import { effectOfStart } from './effect.js';
import { awaitedBy, type Machine } from './machine.js';
import { Macrostep } from './macrostep.js';
import { readChart } from './read-chart.js';

/** What entry actions are given when the machine starts. */
const STARTED: FoldEvent = { type: 'xstate.init' };

/** Takes the events of actions that raise none. */
const NOBODY: Raising = {
  raise: ({ type }) => {
    throw new Error(`${type} was raised by an action that was taken for one that only assigns`);
  },
};

/**
 * @throws Error that names the state when the machine is not pure (invoke, after, history, spawned actors, delays, other
 *   effects), or when something that it names is not there
 */
export function compile<Context>(machine: Machine): Fold<Context> {
  const chart = readChart(machine);
  const configurations = new Configurations(chart);
  return {
    initial: initialOf(chart, configurations) as FoldState<Context>,
    awaits: awaitedBy(machine, chart.raises),
    step: (state, event) => {
      const from = configurations.at(state.value);
      const answer = from.answerTo(event.type);
      if (answer.isNone) return state;
      const before = state.context as Values;
      const args = new Args(before, event);
      const microstep = from.on(args, answer);
      let { value } = from;
      let context = before;
      if (microstep?.isLast === true) {
        value = microstep.to.value;
        context = carryOut(microstep.actions, args, from, NOBODY);
      } else if (microstep !== undefined || from.isRestless) {
        const macrostep = new Macrostep(from, before, event);
        macrostep.take(microstep, chart);
        ({ value, context } = macrostep);
      }
      return value === from.value && context === before ? state : { value, context: context as Context };
    },
    accepts: (state, event) =>
      configurations
        .at(state.value)
        .select(new Args(state.context as Values, event))
        .some(({ forbids }) => !forbids),
  };
}

function initialOf(chart: Chart, configurations: Configurations): FoldState {
  const { root, context } = chart;
  const { actions, nodes } = effectOfStart(root);
  const at = configurations.of(nodes);
  // Before anything is entered, XState has the value to come already, but only the machine itself active.
  const before = { value: at.value, ids: new Set([root.id]) };
  const macrostep = new Macrostep(at, context, STARTED);
  macrostep.start(actions, before, chart);
  return { value: macrostep.value, context: macrostep.context };
}
