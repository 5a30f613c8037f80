/** Which transitions an event enables: in every region the innermost, and of several candidates the first whose guard holds. */
import type { Active, Args, Node, Transition } from './chart.js';

/** The transitions that events of one type could take, in the order in which their guards are evaluated. */
export interface Candidates {
  /** Evaluated first, each for itself. */
  readonly regions: readonly Candidates[];
  /** Evaluated when no region takes the event. */
  readonly own: readonly Transition[];
}

export function candidatesFor(type: string, node: Node, active: ReadonlySet<Node>): Candidates {
  const own = transitionsFor(type, node);
  const regions = node.children
    .filter((child) => active.has(child))
    .map((child) => candidatesFor(type, child, active))
    .filter((candidates) => candidates.regions.length > 0 || candidates.own.length > 0);
  const [first, second] = regions;
  return first !== undefined && second === undefined
    ? { regions: first.regions, own: [...first.own, ...own] }
    : { regions, own };
}

/** Adds the enabled transitions to `selected`. */
export function addEnabled(candidates: Candidates, args: Args, active: Active, selected: Transition[]): void {
  const { length } = selected;
  for (const region of candidates.regions) addEnabled(region, args, active, selected);
  if (selected.length > length) return;
  const transition = firstEnabled(candidates.own, args, active);
  if (transition !== undefined) selected.push(transition);
}

/** Whether some transition is taken whatever the guards say, or none can be; undefined when they decide, or may decide. */
export function isAcceptedBy({ regions, own }: Candidates): boolean | undefined {
  if (regions.length > 0) return regions.some((region) => isAcceptedBy(region) === true) ? true : undefined;
  const [first] = own;
  if (first === undefined) return false;
  return first.guard === undefined ? !first.forbids : undefined;
}

export function firstEnabled(
  transitions: readonly Transition[],
  args: Args,
  active: Active,
): Transition | undefined {
  for (const transition of transitions) {
    const { guard } = transition;
    if (guard === undefined || guard(args, active)) return transition;
  }
  return undefined;
}

function transitionsFor(type: string, { transitions }: Node): readonly Transition[] {
  return inOrderFor(type, [...transitions.keys()]).flatMap((descriptor) => transitions.get(descriptor) ?? []);
}

/** The descriptors that match a type: the exact one first, then wildcards, the longer ones before the shorter ones. */
export function inOrderFor(type: string, descriptors: readonly string[]): readonly string[] {
  const wildcards = descriptors
    .filter((descriptor) => descriptor !== type && matches(type, descriptor))
    .sort((one, other) => other.length - one.length);
  return [type, ...wildcards];
}

/** `*` matches every type; `a.b.*` matches `a.b` and every type whose first tokens are `a` and `b`. */
function matches(type: string, descriptor: string): boolean {
  if (descriptor === '*') return true;
  if (!descriptor.endsWith('.*')) return false;
  const tokens = descriptor.split('.').slice(0, -1);
  const given = type.split('.');
  return tokens.every((token, index) => token !== '*' && token === given[index]);
}
