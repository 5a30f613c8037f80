/** Runs several attempts at the same time, and sorts their outcomes. */
import { Problem } from '../../src/runtime/http/kernel/problem.js';

export interface Outcome {
  readonly succeeded: number;
  /** The problems of all others, each the last part of its type: `course-full`. */
  readonly refused: readonly string[];
}

/** @throws what was thrown and is no problem */
export async function allAtOnce(attempts: readonly Promise<unknown>[]): Promise<Outcome> {
  const settled = await Promise.allSettled(attempts);
  const refused = settled.flatMap((each) => (each.status === 'rejected' ? [problemOf(each.reason)] : []));
  return { succeeded: settled.length - refused.length, refused };
}

function problemOf(error: unknown): string {
  if (error instanceof Problem) return error.problem;
  throw error;
}

/** The same so many times, or made anew each time. */
export const times = <Each>(count: number, make: (index: number) => Each): readonly Each[] =>
  Array.from({ length: count }, (_, index) => make(index));
