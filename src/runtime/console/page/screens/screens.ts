/** The screens of the console, by the first part of their path. */
import type { FunctionComponent } from 'preact';
import { Contracts } from './contracts.js';
import { Entities } from './entities.js';
import { Integrity } from './integrity.js';
import { Log } from './log.js';
import { Overview } from './overview.js';
import { ProjectionScreen } from './projection.js';
import type { ScreenProps } from './screen-props.js';

export interface Screen {
  readonly path: string;
  readonly title: string;
  readonly isInNavigation: boolean;
  readonly Shown: FunctionComponent<ScreenProps>;
}

export const SCREENS: readonly Screen[] = [
  { path: '', title: 'Overview', isInNavigation: true, Shown: Overview },
  { path: 'log', title: 'Log', isInNavigation: true, Shown: Log },
  { path: 'projections', title: 'Projections', isInNavigation: true, Shown: ProjectionScreen },
  { path: 'entities', title: 'Entities', isInNavigation: true, Shown: Entities },
  { path: 'contracts', title: 'Contracts', isInNavigation: true, Shown: Contracts },
  { path: 'integrity', title: 'Integrity', isInNavigation: true, Shown: Integrity },
];
