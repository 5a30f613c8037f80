/** Shelves, whose commands have static and templated paths at one place, numbers in paths, inputs that their schemas transform, and events that cannot be folded. */
import { randomUUID } from 'node:crypto';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  decideTogether,
  defineDecider,
  defineEvent,
  subjectId,
  tag,
  type RecordedOf,
  type Tag,
} from '../../../src/runtime/index.js';

export const slotFilled = defineEvent({
  type: 'slot.filled',
  schema: z.strictObject({ slot: z.string(), weight: z.number() }),
});
const shelfOpened = defineEvent({ type: 'shelf.opened', schema: z.strictObject({}) });
export const ofShelf = (id: string): Tag => tag(`shelf:${id}`);

export const shelves = defineDecider({
  name: 'shelf',
  machine: setup({
    types: {
      context: {} as { readonly weight: number },
      events: {} as RecordedOf<typeof slotFilled | typeof shelfOpened>,
    },
    actions: {
      load: assign({
        weight: ({ context, event }) => {
          if (!('weight' in event.data)) return context.weight;
          // A recorded event has a commit; what a command is about to record has none yet.
          if (event.data.weight > 1e6 && 'commit' in event && event.commit !== '')
            throw new RangeError('the shelf breaks');
          return context.weight + event.data.weight;
        },
      }),
    },
  }).createMachine({
    id: 'shelf',
    context: { weight: 0 },
    initial: 'unknown',
    states: {
      unknown: { on: { 'shelf.opened': 'open' } },
      open: { on: { 'slot.filled': { actions: 'load' } } },
    },
  }),
  consumes: [shelfOpened, slotFilled],
  subject: (id: string) => [ofShelf(id)],
  http: { path: 'shelves' },
  commands: {
    open: {
      input: z.strictObject({}),
      records: shelfOpened,
      decide: (_state, _input, id) => shelfOpened.create({}, [ofShelf(id)]),
    },
    fill: {
      input: z.strictObject({ slot: z.string(), weight: z.number().optional() }),
      records: slotFilled,
      http: { path: 'slots/{slot}', many: true, answer: () => 'fill' },
      decide: (_state, { slot, weight = 1 }, id) => slotFilled.create({ slot, weight }, [ofShelf(id)]),
    },
    fillAll: {
      input: z.strictObject({}),
      records: slotFilled,
      http: { path: 'slots/all', answer: () => 'fillAll' },
      decide: (_state, _input, id) => slotFilled.create({ slot: '*', weight: 1 }, [ofShelf(id)]),
    },
    weigh: {
      input: z.strictObject({ slot: z.string(), weight: z.number() }),
      records: slotFilled,
      http: { path: 'slots/{slot}/weights/{weight}', shows: true },
      decide: (_state, input, id) => slotFilled.create(input, [ofShelf(id)]),
    },
  },
});

/** At a path that a command of the decider's has a parameter in. */
export const fillFirst = decideTogether({
  name: 'fill-first',
  input: z.strictObject({ slot: z.string() }),
  models: () => ({ shelf: shelves.decisionModel('first') }),
  records: { shelf: slotFilled },
  http: { path: 'shelves/first/slots/{slot}', answer: () => 'fillFirst' },
  decide: (_state, { slot }) => slotFilled.create({ slot, weight: 1 }, [ofShelf('first')]),
});

/** Its schema makes something else of what is made, and something new each time. */
export const label = decideTogether({
  name: 'label',
  input: z
    .strictObject({ shelf: subjectId, label: z.string(), nonce: z.string().default(() => randomUUID()) })
    .transform(({ label: text, ...rest }) => ({ ...rest, slot: `L${text}` })),
  models: ({ shelf }) => ({ shelf: shelves.decisionModel(shelf) }),
  records: { shelf: slotFilled },
  http: {
    path: 'shelves/{shelf}/labels',
    makes: 'label',
    location: 'labels/{label}',
    many: true,
    answer: ({ inputs: [input] }) => ({ slot: input?.slot ?? '' }),
  },
  decide: (_state, { shelf, slot }) => slotFilled.create({ slot, weight: 1 }, [ofShelf(shelf)]),
});
