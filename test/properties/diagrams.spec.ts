/** Every machine has a diagram that Mermaid can parse: those of this project, and random ones. */
import fc from 'fast-check';
import { diagramOf } from '../../src/runtime/projection/diagram.js';
import type { Machine } from '../../src/runtime/fold/fold.js';
import { projectionMachine } from '../../src/runtime/projection/projection.machine.js';
import { totalOf } from '../support/amounts.js';
import { balanceMachine } from '../support/app/balance.js';
import { entryMachine } from '../support/app/entry.decider.js';
import { factorMachine } from '../support/app/factor.js';
import { mermaidFaults } from '../support/mermaid.js';
import { randomMachines } from '../support/random-machines.js';

const MACHINES = Number(process.env['LEFTFOLD_TEST_MACHINES'] ?? '500');

describe('the diagram of a machine', () => {
  it.each<[string, Machine]>([
    ['balance', balanceMachine],
    ['factor', factorMachine],
    ['entry', entryMachine],
    ['a machine with a transition of its root', totalOf('total').machine],
    ['the lifecycle of a projection', projectionMachine],
  ])('is text that Mermaid can read: %s', (_name, machine) => {
    expect(mermaidFaults(diagramOf(machine))).toEqual([]);
  });

  it('shows what guards a transition', () => {
    expect(diagramOf(factorMachine)).toContain('zero --> nonzero : entry.retracted [isLastZero]');
  });

  it('is so for random machines, with each of their states once', () => {
    fc.assert(
      fc.property(randomMachines, (planned) => {
        const machine = planned.machine();
        const text = diagramOf(machine);
        expect(mermaidFaults(text)).toEqual([]);
        const declared = text.match(/^ *state "/gm)?.length ?? 0;
        const states = statesIn(machine.root);
        expect([states, states - 1]).toContain(declared); // a root that only nests is not shown
      }),
      { numRuns: MACHINES },
    );
  });
});

function statesIn(node: Machine['root']): number {
  const children = Object.values(node.states) as readonly Machine['root'][];
  return children.reduce((sum, child) => sum + statesIn(child), 1);
}
