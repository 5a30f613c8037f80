/** The machines of the hello world can be drawn. */
import { numberMachine } from '../../src/contexts/numbers/number.machine.js';
import { productMachine } from '../../src/contexts/product/product.machine.js';
import { sumMachine } from '../../src/contexts/sum/sum.machine.js';
import type { Machine } from '../../src/runtime/fold/fold.js';
import { diagramOf } from '../../src/runtime/projection/diagram.js';
import { mermaidFaults } from '../support/mermaid.js';

it.each<[string, Machine]>([
  ['sum', sumMachine],
  ['product', productMachine],
  ['number', numberMachine],
])('the diagram of the %s is text that Mermaid can read', (_name, machine) => {
  expect(mermaidFaults(diagramOf(machine))).toEqual([]);
});

it('the diagram of the product shows what guards a transition', () => {
  expect(diagramOf(productMachine)).toContain('zero --> nonzero : number.retracted [isLastZero]');
});
