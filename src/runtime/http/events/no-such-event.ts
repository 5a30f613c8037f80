/** Positions in a path, and the refusal where no event is. */
import { position, type Position } from '../../event-log/event.js';
import { Problem } from '../kernel/problem.js';

export class NoSuchEvent extends Problem {
  constructor(where: string) {
    const detail = `There is no event at position ${where.slice(0, 40)}; positions are integers from 1 to the head of the log.`;
    super('not-found', 'no-such-event', 'There is no such event', detail);
  }
}

/** @throws NoSuchEvent when no event can be there */
export function readPosition(where: string): Position {
  const number = /^[1-9]\d{0,15}$/.test(where) ? Number(where) : undefined;
  if (number === undefined || !Number.isSafeInteger(number)) throw new NoSuchEvent(where);
  return position(number);
}
