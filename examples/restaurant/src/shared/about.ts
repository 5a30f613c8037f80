/** What is written for every thing in the same way: which events are about it, and what is said when it does not allow a command. */
import { Problem, type AnyContract, type StateValue, type Subject, type Tag } from 'leftfold';
import { assign, createMachine, type AnyStateMachine } from 'xstate';

/** Only these types count: an order that names a menu item does not disturb a decision about the menu item. */
export const about =
  (contracts: readonly AnyContract[], tagOf: (id: string) => Tag) =>
  (id: string): Subject => ({ query: [{ types: contracts.map(({ type }) => type), tags: [tagOf(id)] }] });

export const notFound = (what: string, detail: string): Problem =>
  new Problem('not-found', `${what}-not-found`, `There is no such ${what}`, detail);

export const conflict = (problem: string, detail: string): Problem =>
  new Problem('conflict', problem, 'The state does not allow it', detail);

/** Of a decision about several things: whether one of them is in this state. */
export const isIn = (value: StateValue, thing: string, state: string): boolean =>
  typeof value === 'object' && value[thing] === state;

/** The same chart for a projection: an event about something that was never seen stops it there, and is not dropped. */
export function strict<Chart extends AnyStateMachine>(chart: Chart): Chart {
  const { initial, states } = chart.config;
  const first = states?.[String(initial)];
  const refuse = assign(({ event }) => {
    throw new Error(`${event.type} is about something that has not been seen`);
  });
  const unknown = { ...first, on: { ...first?.on, '*': { actions: refuse } } };
  const config = { ...chart.config, states: { ...states, [String(initial)]: unknown } };
  return createMachine(config, chart.implementations as never) as unknown as Chart;
}
