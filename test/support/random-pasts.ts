/** Random event types with several revisions, and a reference that applies their upcasters one after another. */
import fc from 'fast-check';
import { z } from 'zod';
import {
  defineEvent,
  type EventContract,
  type Upcasted,
} from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type NewEvent, type Tag } from '../../src/runtime/event-log/event.js';

// An interface would not be JSON to the compiler: somebody might add to it.
type Data = Readonly<{ n: number }>;

/** What one upcaster does. `to` counts over the types after its own, `at` over the revisions of that one. */
export type Step =
  | { readonly kind: 'add'; readonly by: number }
  | { readonly kind: 'drop odd' }
  | { readonly kind: 'split'; readonly into: number }
  | { readonly kind: 'tag'; readonly as: Tag }
  | { readonly kind: 'untag' }
  | { readonly kind: 'leave to'; readonly to: number; readonly at: number };

/** The steps of each type, from its first revision on. */
export type Pasts = readonly (readonly Step[])[];

/** An event as it is seen in the end. */
export interface Seen {
  readonly type: string;
  readonly n: number;
  readonly tags: readonly string[];
}

const TYPES = ['apple.picked', 'pear.picked', 'plum.picked'] as const;
const TAGS = ['ripe', 'sweet'].map(tag);

const anyTag = fc.constantFrom(...TAGS);
const anyTags = fc.subarray(TAGS);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), by: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('drop odd' as const) }),
  fc.record({ kind: fc.constant('split' as const), into: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant('tag' as const), as: anyTag }),
  fc.record({ kind: fc.constant('untag' as const) }),
  fc.record({ kind: fc.constant('leave to' as const), to: fc.nat(2), at: fc.nat(9) }),
);

export const anyPasts: fc.Arbitrary<Pasts> = fc.tuple(
  ...TYPES.map(() => fc.array(anyStep, { maxLength: 4 })),
);

export interface Draft {
  readonly type: number;
  readonly revision: number;
  readonly n: number;
  readonly tags: readonly Tag[];
}

export const anyDrafts: fc.Arbitrary<readonly Draft[]> = fc.array(
  fc.record({
    type: fc.nat(TYPES.length - 1),
    revision: fc.nat(9),
    n: fc.integer({ min: 0, max: 9 }),
    tags: anyTags,
  }),
  { maxLength: 12 },
);

export const anyQuery = fc.array(
  fc.record(
    { types: fc.subarray([...TYPES], { minLength: 1 }), tags: fc.subarray(TAGS, { minLength: 1 }) },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
);

/** The contracts of each type, one for each revision as it was current once. The last of each is today's. */
export function contractsOf(pasts: Pasts): readonly (readonly EventContract<string, Data>[])[] {
  const chains: (readonly EventContract<string, Data>[])[] = [];
  // From the last type on, as each may leave to those after it.
  for (const [type, steps] of [...pasts.entries()].reverse()) {
    const chain = [defineEvent<string, Data>({ type: TYPES[type] ?? '', schema })];
    for (const step of steps) chain.push(revised(chain.at(-1) ?? never(), step, chains));
    chains.unshift(chain);
  }
  return chains;
}

const schema = z.strictObject({ n: z.int() });

function never(): never {
  throw new Error('a chain has a beginning');
}

function revised(
  contract: EventContract<string, Data>,
  step: Step,
  later: readonly (readonly EventContract<string, Data>[])[],
): EventContract<string, Data> {
  const other = step.kind === 'leave to' ? pick(pick(later, step.to) ?? [], step.at) : undefined;
  return contract.revise({
    schema,
    addsTags: step.kind === 'tag',
    yields: other === undefined ? [] : [other],
    upcast: ({ data: { n }, tags }): readonly (Upcasted<Data> | NewEvent<string, Data>)[] => {
      switch (step.kind) {
        case 'add':
          return [{ data: { n: n + step.by } }];
        case 'drop odd':
          return n % 2 === 1 ? [] : [{ data: { n } }];
        case 'split':
          return Array.from({ length: step.into }, (_, index) => ({ data: { n: n + index } }));
        case 'tag':
          return [{ data: { n }, tags: [...tags, step.as] }];
        case 'untag':
          return [{ data: { n }, tags: [] }];
        case 'leave to':
          return other === undefined ? [{ data: { n } }] : [other.create({ n }), { data: { n } }];
      }
    },
  });
}

/** The item at the index, counted around. */
export function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % items.length];
}

/** What an event becomes, worked out without any contract. */
export function directly(
  pasts: Pasts,
  type: number,
  revision: number,
  n: number,
  tags: readonly Tag[],
): readonly Seen[] {
  const on = (value: number, with_: readonly Tag[] = tags): readonly Seen[] =>
    directly(pasts, type, revision + 1, value, with_);
  const step = pasts[type]?.[revision];
  switch (step?.kind) {
    case undefined:
      return [{ type: TYPES[type] ?? '', n, tags }];
    case 'add':
      return on(n + step.by);
    case 'drop odd':
      return n % 2 === 1 ? [] : on(n);
    case 'split':
      return Array.from({ length: step.into }, (_, index) => on(n + index)).flat();
    case 'tag':
      return on(n, [...tags, step.as]);
    case 'untag':
      return on(n, []);
    case 'leave to': {
      const later = pasts.length - type - 1;
      if (later === 0) return on(n);
      const other = type + 1 + (step.to % later);
      const at = step.at % ((pasts[other]?.length ?? 0) + 1);
      return [...directly(pasts, other, at, n, tags), ...on(n)];
    }
  }
}
