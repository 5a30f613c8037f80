/** What a client asks of the past: which points of a history, and which events a what-if leaves out. */
import { position, type Position } from '../../event-log/event.js';
import { refuseUnknownParameters, oneValue, wholeNumber, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { readPointInTime, type PointInTime } from './time-parameter.js';

/** The most points of one answer. */
export const MAX_POINTS = 1000;
/** The most events that one what-if leaves out. */
export const MAX_EXCLUDED = 1000;

export interface HistoryRequest {
  readonly from: Position;
  readonly to: Position;
  readonly step: number;
}

/**
 * Left out, `from` is 0, `to` the head, and `step` as small as it may be.
 *
 * @throws InvalidParameter also when it is more points than an answer has
 */
export function readHistory(query: QueryString, head: Position): HistoryRequest {
  refuseUnknownParameters(query, ['from', 'to', 'step']);
  const from = position(wholeNumber(query, 'from') ?? 0);
  const to = position(wholeNumber(query, 'to') ?? Math.max(head, from));
  if (from > to) throw new InvalidParameter('from', `from must not be after to, which is ${to}`);
  const smallest = Math.max(Math.ceil((to - from) / (MAX_POINTS - 1)), 1);
  const step = wholeNumber(query, 'step', { min: 1 }) ?? smallest;
  const points = Math.floor((to - from) / step) + 1;
  if (points > MAX_POINTS) {
    throw new InvalidParameter(
      'step',
      `From ${from} to ${to} by ${step} is ${points} points, and an answer has at most ${MAX_POINTS}; ` +
        `a step of ${smallest} would do.`,
    );
  }
  return { from, to, step };
}

export interface WhatIfRequest {
  readonly without: ReadonlySet<Position>;
  /** Default: the head. */
  readonly at: PointInTime | undefined;
}

/** @throws InvalidParameter */
export function readWhatIf(query: QueryString): WhatIfRequest {
  refuseUnknownParameters(query, ['without', 'at']);
  const positions = (oneValue(query, 'without') ?? '').split(',');
  if (positions.length > MAX_EXCLUDED) {
    throw new InvalidParameter(
      'without',
      `without has ${positions.length} positions; at most ${MAX_EXCLUDED} can be left out.`,
    );
  }
  const wrong = positions.find((each) => !/^[1-9]\d*$/.test(each) || !Number.isSafeInteger(Number(each)));
  if (wrong !== undefined) {
    throw new InvalidParameter(
      'without',
      `without must be positions from 1 on, separated by commas, as in ?without=17,18; ${JSON.stringify(wrong)} is none.`,
    );
  }
  return {
    without: new Set(positions.map((each) => position(Number(each)))),
    at: readPointInTime(query, 'at'),
  };
}

/** To leave out what has not been yet is a mistake, and not the same state twice. @throws InvalidParameter */
export function requireBefore(at: Position, without: ReadonlySet<Position>): void {
  for (const each of without) {
    if (each > at)
      throw new InvalidParameter(
        'without',
        `Position ${each} is after ${at}, as of which is asked: leaving it out changes nothing.`,
      );
  }
}
