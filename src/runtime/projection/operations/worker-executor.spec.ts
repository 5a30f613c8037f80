/** The priority of a worker process. What a worker does is tested with the built program. */
import { priorityBelow } from './worker-executor.js';

describe('the priority of a worker process', () => {
  it.each([
    [0, 10],
    [-5, 5],
    [10, 19],
    [19, 19],
  ])('is below that of the server: under %i it is %i', (own, expected) => {
    expect(priorityBelow(own)).toBe(expected);
  });
});
