/** A machine made of pieces, so that it can be printed, made smaller, and built again without one of its features. */
import fc from 'fast-check';
import { createMachine, type AnyStateMachine } from 'xstate';
import type { Feature } from './machine-features.js';
import { implementations, type Sums } from './planned-implementations.js';

export type Config = Readonly<Record<string, unknown>>;

/** A part of a configuration, once it is known where it stands; undefined where its feature is left out. */
export type Piece = (spot: Spot) => unknown;

export interface NodePlan {
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly children: readonly NodePlan[];
  /** Which child, modulo their number. */
  readonly initial: number;
  readonly initialActions: readonly Piece[];
  readonly entry: readonly Piece[];
  readonly exit: readonly Piece[];
  /** Transitions by event descriptor. */
  readonly on: Readonly<Record<string, readonly Piece[]>>;
  readonly always: readonly Piece[];
  readonly onDone: readonly Piece[];
  readonly output: number | undefined;
}

/** A node's place in the machine that is being built. */
export interface Spot {
  readonly key: string;
  readonly id: string;
  readonly kind: NodePlan['kind'];
  /** The nearest first; the root last. */
  readonly above: readonly Spot[];
  readonly below: Spot[];
  readonly building: Building;
}

export const isAbove = (above: Spot, spot: Spot): boolean => spot.above.includes(above);

/** One attempt at building: what it leaves out, what it has used, and its nodes in their order. */
export class Building {
  readonly used = new Set<Feature>();
  readonly spots: Spot[] = [];

  constructor(private readonly without?: Feature) {}

  /** Whether this is to be built. Whatever is asked for counts as used. */
  has(feature: Feature): boolean {
    this.used.add(feature);
    return feature !== this.without;
  }
}

/** One of the spots, of which there is at least one, by any number. */
export function any(spots: readonly Spot[], number: number): Spot {
  const spot = spots[number % spots.length];
  if (spot === undefined) throw new Error('there is no spot to take');
  return spot;
}

export const piece =
  (feature: Feature, make: Piece, instead: Piece = () => undefined): Piece =>
  (spot) =>
    spot.building.has(feature) ? make(spot) : instead(spot);

export const built = (pieces: readonly Piece[], spot: Spot): readonly unknown[] =>
  pieces.map((each) => each(spot)).filter((made) => made !== undefined);

/** As it is printed. */
export const shownAs = <Shown extends object>(text: string, shown: Shown): Shown =>
  Object.assign(shown, { toJSON: () => text });

export class PlannedMachine {
  constructor(
    private readonly plan: NodePlan,
    private readonly sums: Sums,
  ) {}

  get used(): ReadonlySet<Feature> {
    const building = new Building();
    this.#config(building);
    return building.used;
  }

  /** Of each of its states, what kind it is and where it stands. */
  get places(): ReadonlySet<string> {
    const building = new Building();
    this.#config(building);
    return new Set(
      building.spots.map(({ kind, above: [parent] }) =>
        parent === undefined ? `${kind} at the top` : `${kind} in ${parent.kind}`,
      ),
    );
  }

  machine(without?: Feature): AnyStateMachine {
    return createMachine(this.#config(new Building(without)) as never, implementations as never);
  }

  /** Its configuration, with a short text for every guard and action. */
  [fc.toStringMethod](): string {
    return JSON.stringify(this.#config(new Building()), null, 1);
  }

  #config(building: Building): Config {
    const config = configOf(this.plan, spotOf(this.plan, 's', [], building));
    // What would go round for ever is an error after so many rounds.
    return { ...config, context: { ...this.sums, trail: 1 }, options: { maxIterations: 20 } };
  }
}

/** Some nodes have an id of their own, the others one that follows from their path. */
function spotOf(plan: NodePlan, key: string, above: readonly Spot[], building: Building): Spot {
  const number = building.spots.length;
  const [parent] = above;
  const id = parent === undefined || number % 3 === 0 ? `n${number}` : `n0.${pathOf(key, above)}`;
  const spot: Spot = { key, id, kind: plan.kind, above, below: [], building };
  building.spots.push(spot);
  for (const [index, child] of plan.children.entries()) {
    spot.below.push(spotOf(child, `${key}${index}`, [spot, ...above], building));
  }
  return spot;
}

/** From the root, whose name is no part of it. */
const pathOf = (key: string, above: readonly Spot[]): string =>
  [key, ...above.slice(0, -1).map((spot) => spot.key)].reverse().join('.');

function configOf(plan: NodePlan, spot: Spot): Config {
  const { id, building, below } = spot;
  const isRoot = spot.above.length === 0;
  return {
    ...(id.includes('.') ? {} : { id }),
    ...(plan.kind === 'parallel' || plan.kind === 'final' ? { type: plan.kind } : {}),
    ...(plan.kind === 'compound' ? { initial: initialOf(plan, spot) } : {}),
    ...partOf('entry', 'entry actions', plan.entry, spot),
    ...partOf('exit', 'exit actions', plan.exit, spot),
    ...partOf('always', 'eventless transitions', plan.always, spot),
    ...partOf('onDone', whenDone(plan), plan.onDone, spot),
    ...(!isRoot || building.has('transitions of the machine as a whole') ? { on: onOf(plan, spot) } : {}),
    ...(plan.output !== undefined && building.has('output of final states') ? { output: plan.output } : {}),
    ...(below.length > 0 ? { states: statesOf(plan, below) } : {}),
  };
}

function whenDone({ kind, children }: NodePlan): Feature {
  if (kind !== 'parallel') return 'onDone';
  return children.some((child) => child.kind === 'parallel')
    ? 'onDone of parallel states around parallel ones'
    : 'onDone of parallel states';
}

function partOf(name: string, feature: Feature, pieces: readonly Piece[], spot: Spot): Config {
  return pieces.length > 0 && spot.building.has(feature) ? { [name]: built(pieces, spot) } : {};
}

function statesOf({ children }: NodePlan, spots: readonly Spot[]): Config {
  const states = children.map((child, index) => {
    const spot = spots[index];
    return spot === undefined ? [] : [[spot.key, configOf(child, spot)] as const];
  });
  return Object.fromEntries(states.flat());
}

function initialOf(plan: NodePlan, spot: Spot): unknown {
  const target = spot.below[plan.initial % spot.below.length]?.key;
  const actions = partOf('actions', 'actions of the initial transition', plan.initialActions, spot);
  return 'actions' in actions ? { target, ...actions } : target;
}

function onOf(plan: NodePlan, spot: Spot): Config {
  const { building } = spot;
  const kept = Object.entries(plan.on).filter(([descriptor]) => {
    if (descriptor === '*') return building.has('wildcards');
    return !descriptor.endsWith('.*') || building.has('partial wildcards');
  });
  return Object.fromEntries(
    kept.map(([descriptor, pieces]) => {
      const transitions = built(pieces, spot);
      const isOne = transitions.length < 2 || building.has('several candidates');
      return [descriptor, isOne ? transitions : transitions.slice(0, 1)];
    }),
  );
}
