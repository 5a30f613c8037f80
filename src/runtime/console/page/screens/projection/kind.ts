/** What kinds of projections there are, told by what the server says of each. */
import type { ProjectionOverview } from '../../answers.js';

export type Kind = 'projection' | 'entities' | 'read model';

export function kindOf({ entities, links }: Pick<ProjectionOverview, 'entities' | 'links'>): Kind {
  if (entities !== undefined) return 'entities';
  return links['state'] === undefined ? 'read model' : 'projection';
}

export const count = (value: number): string => value.toLocaleString('en');

export function rateText(rate: number): string {
  return rate.toLocaleString('en', { maximumFractionDigits: rate < 10 ? 1 : 0 });
}

/** As in `12 · 3.5 s`: events, and the age of the first that is not folded yet. */
export function behindText({ events, seconds }: ProjectionOverview['lag']): string {
  if (events === 0) return '–';
  const age = seconds === null ? '' : ` · ${seconds.toLocaleString('en', { maximumFractionDigits: 1 })} s`;
  return `${count(events)}${age}`;
}
