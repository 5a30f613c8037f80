/** What is answered about a subject of which nothing has been recorded. */
import type { AnyCommand } from '../../command/commands.js';
import { creatingCommand, type AnyDecider } from '../../command/decider.js';
import { isContract } from '../../command/decision-model.js';
import type { FoldState } from '../../fold/fold-state.js';
import { Problem } from '../kernel/problem.js';

/** The first refusal of kind `not-found` that the decider gives for a command in the initial state; otherwise a standard one. */
export function noSuchSubject(decider: AnyDecider, state: FoldState, id: unknown): Problem {
  const { name, commands, refusal } = decider;
  const creating = creatingCommand(decider);
  for (const [command, { records }] of Object.entries(commands) as readonly [string, AnyCommand][]) {
    if (command === creating || !isContract(records)) continue;
    const said = refusal(state, id, records);
    if (said.kind === 'not-found') return said;
  }
  const detail = `There is no ${name} ${String(id)}.`;
  return new Problem('not-found', `${name}-not-found`, `There is no such ${name}`, detail, {
    faults: [{ parameter: decider.ids.parameter, detail }],
  });
}
