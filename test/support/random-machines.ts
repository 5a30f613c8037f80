/** Random machines for fast-check: every kind of state, transition, guard and action that a fold can have, and events for them. */
import fc from 'fast-check';
import type { FoldEvent } from '../../src/runtime/fold/fold-state.js';
import { PlannedMachine, type NodePlan } from './planned-machine.js';
import { action, TOLD } from './random-actions.js';
import { rareGuard } from './random-guards.js';
import { candidates, transition } from './random-transitions.js';

const TYPES = ['one.happened', 'two.happened', 'two.repeated'];
const DESCRIPTORS = [...TYPES, ...TYPES, ...TOLD, '*', 'two.*', 'told.*'];

const sum = fc.integer({ min: 0, max: 12 });

export const randomEvents: fc.Arbitrary<readonly FoldEvent[]> = fc.array(
  fc.record({
    type: fc.constantFrom(...TYPES, ...TYPES, 'nobody.asked'),
    amount: fc.integer({ min: -5, max: 5 }),
  }),
  { minLength: 3, maxLength: 12 },
);

/** One or none. */
const oneIn = <Item>(times: number, item: fc.Arbitrary<Item>): fc.Arbitrary<readonly Item[]> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(item) });

const reactions = {
  entry: oneIn(3, action),
  exit: oneIn(3, action),
  on: fc.dictionary(fc.constantFrom(...DESCRIPTORS), candidates, { minKeys: 1, maxKeys: 4 }),
  always: oneIn(5, transition(rareGuard)),
};

/** @param oneFinalIn how many of them have one final state among them */
const leaf = (oneFinalIn: number): fc.Arbitrary<NodePlan> =>
  fc.record({
    kind: fc.nat({ max: oneFinalIn - 1 }).map((chance) => (chance > 0 ? 'atomic' : 'final')),
    children: fc.constant([]),
    initial: fc.constant(0),
    initialActions: fc.constant([]),
    ...reactions,
    onDone: fc.constant([]),
    output: fc.option(sum, { nil: undefined }),
  });

const inner = (
  kind: 'compound' | 'parallel',
  children: fc.Arbitrary<readonly NodePlan[]>,
): fc.Arbitrary<NodePlan> =>
  fc.record({
    kind: fc.constant(kind),
    children,
    initial: fc.nat({ max: 2 }),
    initialActions: oneIn(3, action),
    ...reactions,
    onDone: oneIn(2, transition(fc.constant(undefined))),
    output: fc.constant(undefined),
  });

/** Seldom one child alone, between which and itself there is little to do. */
const some = (child: fc.Arbitrary<NodePlan>): fc.Arbitrary<readonly NodePlan[]> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.tuple(child) },
    { weight: 5, arbitrary: fc.tuple(child, child) },
    { weight: 2, arbitrary: fc.tuple(child, child, child) },
  );

/** Done as soon as the one region is in which there is something to do. */
const ending = inner('parallel', fc.tuple(leaf(1), inner('compound', fc.tuple(leaf(12), leaf(1)))));
const endingWithin = inner('parallel', fc.tuple(leaf(1), ending));

const { below } = fc.letrec<{ below: NodePlan; region: NodePlan }>((tie) => ({
  below: fc.oneof(
    { maxDepth: 2 },
    { weight: 8, arbitrary: leaf(3) },
    { weight: 1, arbitrary: inner('compound', some(tie('below'))) },
    { weight: 1, arbitrary: inner('parallel', some(tie('region'))) },
  ),
  region: fc.oneof(
    { weight: 1, arbitrary: leaf(3) },
    { weight: 4, arbitrary: inner('compound', some(tie('below'))) },
    { weight: 1, arbitrary: inner('parallel', some(tie('region'))) },
  ),
}));

/** A machine that is done does little more, so few have a final state of their own. */
const top = fc.oneof(
  { weight: 4, arbitrary: leaf(12) },
  { weight: 1, arbitrary: inner('compound', some(below)) },
  { weight: 1, arbitrary: inner('parallel', some(inner('compound', some(below)))) },
  { weight: 1, arbitrary: ending },
  { weight: 2, arbitrary: endingWithin },
);

const root = fc.oneof(
  { weight: 12, arbitrary: inner('compound', some(top)) },
  { weight: 7, arbitrary: inner('parallel', some(inner('compound', some(below)))) },
  { weight: 1, arbitrary: leaf(3) },
);

export const randomMachines: fc.Arbitrary<PlannedMachine> = fc
  .tuple(root, fc.record({ a: sum, b: sum }))
  .map(([plan, sums]) => new PlannedMachine(plan, sums));
