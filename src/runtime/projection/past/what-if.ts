/** A what-if as it is answered, over HTTP and on the command line: the state as it is, and as it would be. */
import type { Position } from '../../event-log/event.js';
import type { ProjectionDefinition, View } from '../define-projection.js';
import type { WhatIf } from './past.js';

export interface WhatIfAnswer {
  /** As of which both are. */
  readonly position: Position;
  readonly without: readonly Position[];
  readonly is: View;
  readonly wouldBe: View;
}

export function whatIfAnswer<Context>(
  definition: ProjectionDefinition<Context>,
  without: ReadonlySet<Position>,
  { is, wouldBe }: WhatIf<Context>,
): WhatIfAnswer {
  return {
    position: is.position,
    without: [...without].sort((one, other) => one - other),
    is: definition.view(is.state, is.position),
    wouldBe: definition.view(wouldBe.state, 'never'),
  };
}
