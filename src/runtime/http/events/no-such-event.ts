/** The refusal of `GET /events/{position}` where no event is. */
import { Problem } from '../kernel/problem.js';

export class NoSuchEvent extends Problem {
  constructor(where: string) {
    const detail = `There is no event at position ${where.slice(0, 40)}; positions are integers from 1 to the head of the log.`;
    super('not-found', 'no-such-event', 'There is no such event', detail);
  }
}
