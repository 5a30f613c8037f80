/** The picture of a machine, and that Mermaid can read it. */
import { and, assign, createMachine, not } from 'xstate';
import { projectionMachine } from './projection.machine.js';
import { totalOf } from '../../../test/support/amounts.js';
import { mermaidFaults } from '../../../test/support/mermaid.js';
import { numberMachine } from '../../contexts/numbers/number.machine.js';
import { productMachine } from '../../contexts/product/product.machine.js';
import { sumMachine } from '../../contexts/sum/sum.machine.js';
import { diagramOf } from './diagram.js';
import type { Machine } from './fold.js';

const drawn = (config: object): string => diagramOf(createMachine(config as never) as Machine);

describe('the diagram of a machine', () => {
  it('has its states, its beginning, and its transitions with event and guard', () => {
    expect(diagramOf(productMachine)).toBe(`stateDiagram-v2
  state "nonzero" as nonzero
  state "zero" as zero
  [*] --> nonzero
  nonzero --> zero : number.recorded [isZero]
  nonzero --> nonzero : number.recorded
  nonzero --> nonzero : number.retracted
  zero --> zero : number.recorded [isZero]
  zero --> zero : number.recorded
  zero --> nonzero : number.retracted [isLastZero]
  zero --> zero : number.retracted [isZero]
  zero --> zero : number.retracted
`);
  });

  it('shows the root where that itself has transitions', () => {
    expect(diagramOf(totalOf('total').machine)).toBe(`stateDiagram-v2
  [*] --> total
  state "total" as total
  state total {
    state "empty" as empty
    state "totalling" as totalling
    [*] --> empty
  }
  total --> totalling : amount.added
`);
  });

  it('shows regions side by side, what is nested, and where it ends', () => {
    expect(
      drawn({
        id: 'order',
        type: 'parallel',
        states: {
          paid: {
            initial: 'no',
            states: { no: { on: { 'money.come': 'yes' } }, yes: { type: 'final' } },
            onDone: { actions: assign({}) },
          },
          sent: {
            initial: 'no',
            states: { no: { always: { target: 'yes', guard: and(['isPaid', not('isHeld')]) } }, yes: {} },
          },
        },
      }),
    ).toBe(`stateDiagram-v2
  [*] --> order
  state "order" as order
  state order {
    state "paid" as paid
    state paid {
      state "no" as no
      state "yes" as yes
      [*] --> no
      no --> yes : money.come
      yes --> [*]
    }
    paid --> paid : done
    --
    state "sent" as sent
    state sent {
      state "no" as no_5
      state "yes" as yes_6
      [*] --> no_5
      no_5 --> yes_6 : [(isPaid and not isHeld)]
    }
  }
`);
  });

  it.each<[string, Machine]>([
    ['sum', sumMachine],
    ['product', productMachine],
    ['number', numberMachine],
    ['a machine with a transition of its root', totalOf('total').machine],
    ['the lifecycle of a projection', projectionMachine],
  ])('is text that Mermaid can read: %s', (_name, machine) => {
    expect(mermaidFaults(diagramOf(machine))).toEqual([]);
  });

  it('is so whatever the states and events are called', () => {
    const names = [
      'end',
      'state',
      'a b',
      'a"b',
      'a;b',
      'a:b',
      'ä',
      '--',
      '}',
      '[*]',
      '1',
      '__proto',
      'state__1',
      '',
    ];
    const text = drawn({
      id: 'x"; }\n',
      initial: 'end',
      states: Object.fromEntries(
        names.map((name, index) => [
          name,
          { on: { [`${name} --> x: "\n`]: { target: `#${index}` } }, id: String(index) },
        ]),
      ),
    });
    expect(mermaidFaults(text)).toEqual([]);
    expect(text.match(/^ {2}state "/gm)).toHaveLength(names.length);
  });

  it('does not show what only forbids', () => {
    expect(drawn({ id: 'm', initial: 's', states: { s: { on: { 'it.happened': {} } } } })).not.toContain(
      'happened',
    );
  });
});
