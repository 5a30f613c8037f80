/** Which pairs of schemas are known to be taken or not, so that few are compared again where unions refer to each other. */
import type { Schema } from './published-schema.js';

/** What one schema takes is compared with what the other one takes. There is one for the same two. */
export class Pair {
  /** Undefined: it is not known. `narrower` holds whatever it is within; `taken` as long as all of `dependsOn` are. */
  outcome: 'taken' | 'narrower' | undefined;
  /** Those that it was met within, and that are being compared still. */
  readonly dependsOn = new Set<Pair>();
  readonly dependents = new Set<Pair>();
}

export class ComparedPairs {
  readonly #pairs = new Map<Schema, Map<Schema, Pair>>();

  of(was: Schema, is: Schema): Pair {
    const by = this.#pairs.get(was) ?? new Map<Schema, Pair>();
    this.#pairs.set(was, by);
    const pair = by.get(is) ?? new Pair();
    by.set(is, pair);
    return pair;
  }
}

/** It is taken, if these are. What depended on it depends on these, then. */
export function noteTaken(pair: Pair, dependsOn: Iterable<Pair>): void {
  pair.outcome = 'taken';
  const others = [...dependsOn].filter((each) => each !== pair);
  for (const each of [pair, ...pair.dependents]) {
    each.dependsOn.delete(pair);
    for (const other of others) {
      each.dependsOn.add(other);
      other.dependents.add(each);
    }
  }
  pair.dependents.clear();
}

/** It is not taken, and so nothing is known of what depended on it. */
export function noteNarrower(pair: Pair): void {
  pair.outcome = 'narrower';
  for (const each of [...pair.dependents]) {
    each.outcome = undefined;
    for (const other of each.dependsOn) other.dependents.delete(each);
    each.dependsOn.clear();
  }
}
