/** What every screen is given. */
import type { Projections } from '../answers.js';
import type { Asked } from '../asked.js';
import type { Route } from '../routes.js';

export interface ScreenProps {
  readonly route: Route;
  /** How all projections are, asked for every two seconds. */
  readonly projections: Asked<Projections>;
}
