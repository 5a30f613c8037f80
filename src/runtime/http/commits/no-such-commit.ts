/** Nothing was recorded under a commit id. */
import { Problem } from '../kernel/problem.js';

export class NoSuchCommit extends Problem {
  constructor(id: string) {
    super(
      'not-found',
      'no-such-commit',
      'There is no such commit',
      `Nothing was recorded under the id ${id}.`,
    );
  }
}
