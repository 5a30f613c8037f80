/** What is wrong with a projection, and what to do about it, in words for who operates it. */
import type { ProjectionOverview } from './answers.js';

export interface Advice {
  readonly what: string;
  readonly todo: string;
}

export function adviceFor({
  name,
  fault,
  drift,
  trouble,
  entities,
}: Pick<ProjectionOverview, 'name' | 'fault' | 'drift' | 'trouble' | 'entities'>): readonly Advice[] {
  const advice: Advice[] = [];
  if (fault?.event !== undefined)
    advice.push({
      what: `${name} has stopped at the event at ${String(fault.position)} (${fault.event.type}): ${fault.error}`,
      todo: 'Deploy a machine that can fold it, or resume where the cause is gone. An event that should never have been recorded can be skipped.',
    });
  else if (fault !== undefined)
    advice.push({
      what: `${name} has stopped: ${fault.error}`,
      todo: 'The fault is not in an event. Mend the cause, as a disk or a database that is away, and resume.',
    });
  if (drift !== undefined)
    advice.push({
      what: `${name} serves another state than the log folds to: the last audit found a drift between ${drift.after} and ${drift.upTo}.`,
      todo: 'Rebuild it. Then find what it depends on beside its events, such as the time or a setting.',
    });
  if (trouble !== undefined)
    advice.push({
      what: `${name} cannot use its database: ${trouble}`,
      todo: 'It tries again by itself until it can.',
    });
  if (entities !== undefined && entities.faulted > 0)
    advice.push({
      what: `${entities.faulted} of ${entities.count} entities of ${name} have stopped.`,
      todo: 'The others go on. Look at those that stopped, and skip the event or deploy a machine that can fold it.',
    });
  return advice;
}
