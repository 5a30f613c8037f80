/** A statechart in words: which states there are, which of them are active, and what leads from each. */
import { titleOf, transitionText, type MachineState } from './machine.js';

interface Props {
  readonly name: string;
  readonly states: readonly MachineState[];
  readonly active: readonly string[];
}

export function StatechartList({ name, states, active }: Props): preact.JSX.Element {
  return <StatesWithin parent={null} {...{ name, states, active }} />;
}

function StatesWithin({ parent, ...rest }: Props & { readonly parent: string | null }): preact.JSX.Element {
  const { name, states, active } = rest;
  return (
    <ul class="states">
      {states
        .filter((each) => each.parent === parent)
        .map((state) => (
          <li key={state.path}>
            <code>{titleOf(state, name)}</code>{' '}
            {active.includes(state.path) && <span class="badge lit">active</span>}{' '}
            <span class="quiet">{wordsFor(state)}</span>
            {state.transitions.length > 0 && (
              <ul>
                {state.transitions.map((transition, index) => (
                  <li key={index} class="quiet">
                    {transitionText(transition)} →{' '}
                    {transition.targets.length === 0 ? 'stays' : transition.targets.join(' and ')}
                  </li>
                ))}
              </ul>
            )}
            {states.some((each) => each.parent === state.path) && (
              <StatesWithin {...rest} parent={state.path} />
            )}
          </li>
        ))}
    </ul>
  );
}

function wordsFor({ type, initial, parent }: MachineState): string {
  const words = [initial && parent !== null && 'initial', type === 'parallel' && 'all within it at once'];
  if (type === 'final' || type === 'history') words.push(type);
  return words.filter((each) => each !== false).join(', ');
}
