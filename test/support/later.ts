/** Moves the clock of intervals, `performance.now`, so that nobody has to wait for what is due after minutes. */

/** Does something so many milliseconds from now. @returns what it returns; where that is a promise, the clock is moved until it settles */
export function later<Result>(ms: number, work: () => Result): Result {
  const now = performance.now.bind(performance);
  const back = (): void => {
    performance.now = now;
  };
  performance.now = () => now() + ms;
  let result: Result;
  try {
    result = work();
  } catch (error) {
    back();
    throw error;
  }
  if (result instanceof Promise) return result.finally(back) as Result;
  back();
  return result;
}
