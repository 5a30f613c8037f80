/** What an application's model says that is probably forgotten: events that nobody records or consumes, contracts without examples. */
import { isOfRuntime, type ApplicationModel } from './application-model.js';

/** A sentence for each, with what would be right. */
export function modelFaults({ events }: ApplicationModel): readonly string[] {
  return events
    .filter(({ type }) => !isOfRuntime(type))
    .flatMap(({ type, open, examples, recordedBy, consumedBy }) => [
      ...(recordedBy.length === 0 && !open
        ? [
            `${type}: nobody records it; name it in records of a command or, where a service or a claim records it, of forFeature`,
          ]
        : []),
      ...(consumedBy.length === 0
        ? [
            `${type}: nobody consumes it; where something else than a projection or a decider does, name it in reliesOn of forFeature`,
          ]
        : []),
      ...(examples === 0
        ? [`${type}: its contract has no examples; give it some, as in examples: [{ data: … }]`]
        : []),
    ]);
}
