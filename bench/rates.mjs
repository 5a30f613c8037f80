/** Times repeated work, and computes medians. */

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Items a second, the work being done again and again until so many seconds have passed. */
export function rateOf(items, seconds, work) {
  const began = performance.now();
  const until = began + seconds * 1000;
  let times = 0;
  do {
    work();
    times += 1;
  } while (performance.now() < until);
  return ((items * times) / (performance.now() - began)) * 1000;
}
