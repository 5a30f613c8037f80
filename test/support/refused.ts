/** A refusal of the contexts that only tests know. */
import { Problem } from '../../src/runtime/http/kernel/problem.js';

export class Refused extends Problem {
  /** @param problem the last part of its type: `course-full` */
  constructor(problem: string, detail: string) {
    super('conflict', problem, 'That is not possible now', detail);
  }
}
