/** Runs a function as if it ran at another time and with other luck: what is pure gives the same. */

const LATER_MS = 400 * 24 * 60 * 60 * 1000;

/**
 * `Date`, `performance.now()` and `Math.random()` give other values while `work` runs, which must be synchronous. Not seen: what a module took from
 * them before, as in `const { random } = Math`.
 */
export function atAnotherMoment<Result>(work: () => Result): Result {
  const { Date: Now } = globalThis;
  const { random } = Math;
  const own = Object.getOwnPropertyDescriptor(performance, 'now');
  const now = performance.now.bind(performance);
  globalThis.Date = new Proxy(Now, {
    construct: (target, given: readonly unknown[], made) => {
      const date = given.length === 0 ? [Now.now() + LATER_MS] : given;
      return Reflect.construct(target, date as [], made) as object;
    },
    get: (target, name): unknown =>
      name === 'now' ? () => Now.now() + LATER_MS : Reflect.get(target, name, target),
  });
  Math.random = () => (random() + 0.5) % 1;
  performance.now = () => now() + LATER_MS;
  try {
    return work();
  } finally {
    globalThis.Date = Now;
    Math.random = random;
    // It is of the prototype, unless somebody has replaced it.
    if (own === undefined) Reflect.deleteProperty(performance, 'now');
    else Object.defineProperty(performance, 'now', own);
  }
}
