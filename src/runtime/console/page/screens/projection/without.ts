/** The events that are switched off, in the URL: `?without=17,18`. */
import type { Route } from '../../routes.js';

/** Ascending, each once; what is no position is passed over. */
export function withoutIn({ query }: Pick<Route, 'query'>): readonly number[] {
  return positionsIn(query.get('without') ?? '');
}

/** @param text positions, separated by commas or spaces */
export function positionsIn(text: string): readonly number[] {
  const positions = text.split(/[\s,]+/).filter((each) => /^[1-9]\d{0,14}$/.test(each));
  return [...new Set(positions.map(Number))].sort((one, other) => one - other);
}
