/** Diagrams of machines, checked with Mermaid’s own parser. */
import { and, assign, createMachine, not } from 'xstate';
import { totalOf } from '../../../test/support/amounts.js';
import { mermaidFaults } from '../../../test/support/mermaid.js';
import { diagramOf } from './diagram.js';
import type { Machine } from '../fold/fold.js';

const drawn = (config: object): string => diagramOf(createMachine(config as never) as Machine);

describe('the diagram of a machine', () => {
  it('has its states, its initial state, and its transitions with event and guard', () => {
    const isLast = (): boolean => true;
    expect(
      drawn({
        id: 'door',
        initial: 'open',
        states: {
          open: { on: { 'door.shut': [{ guard: 'isLocked', target: 'locked' }, { target: 'shut' }] } },
          shut: { on: { 'door.*': { guard: isLast, actions: assign({}) }, 'door.opened': 'open' } },
          locked: {},
        },
      }),
    ).toBe(`stateDiagram-v2
  state "open" as open
  state "shut" as shut
  state "locked" as locked
  [*] --> open
  open --> locked : door.shut [isLocked]
  open --> shut : door.shut
  shut --> shut : door.* [isLast]
  shut --> open : door.opened
`);
  });

  it('shows the root if it has transitions itself', () => {
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

  it('shows parallel regions, nested states and final states', () => {
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
    --
    state "sent" as sent
    state sent {
      state "no" as no_5
      state "yes" as yes_6
      [*] --> no_5
      no_5 --> yes_6 : [(isPaid and not isHeld)]
    }
  }
  paid --> paid : done
`);
  });

  it('is text that Mermaid can read, whatever the states and events are called', () => {
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

  it('leaves out forbidden transitions', () => {
    expect(drawn({ id: 'm', initial: 's', states: { s: { on: { 'it.happened': {} } } } })).not.toContain(
      'happened',
    );
  });
});
