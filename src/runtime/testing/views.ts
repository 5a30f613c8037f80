/** What a projection answers with after events, compared with what was expected. */
import { isDeepStrictEqual } from 'node:util';
import { asJson } from '../event-log/contracts/publishing/json-difference.js';
import type { RecordedEvent } from '../event-log/event.js';
import type { FoldState } from '../fold/fold-state.js';
import type { ProjectionDefinition, View } from '../projection/define-projection.js';
import type { EntityProjectionDefinition } from '../projection/entities/define-entity-projection.js';
import { columnValue, SHOWN } from '../projection/entities/index-kinds.js';
import { assertionError, differences, differsAt, shown } from './shown.js';

/** @throws Error that names the event which cannot be folded */
export function viewAfter(projection: ProjectionDefinition, events: readonly RecordedEvent[]): View {
  const { name, fold } = projection;
  return projection.view(
    events.reduce((state, event) => stepped(name, () => fold.step(state, event), event), fold.initial),
  );
}

/**
 * The views of all entities by key, as an entity projection that follows the log would have them.
 *
 * @throws Error that names the event which cannot be folded, unless only its entity stops; or the indexed member that is of another kind
 */
export function entitiesAfter(
  definition: EntityProjectionDefinition,
  events: readonly RecordedEvent[],
): ReadonlyMap<string, View> {
  const { name, fold } = definition;
  const states = new Map<string, FoldState>();
  const stoppedAt = new Map<string, number>();
  for (const event of events) {
    for (const key of stepped(name, () => definition.keysOf(event), event)) {
      if (stoppedAt.has(key)) continue;
      try {
        const state = fold.step(states.get(key) ?? fold.initial, event);
        if (definition.forgets(state)) states.delete(key);
        else if (states.has(key) || state !== fold.initial) states.set(key, state);
      } catch (error) {
        if (definition.faultStops === 'projection') throw failed(name, event, error);
        states.set(key, states.get(key) ?? fold.initial);
        stoppedAt.set(key, event.position);
      }
    }
  }
  return new Map(
    [...states].map(([key, state]) => {
      const view = indexed(definition, definition.view(state, key));
      const faultAt = stoppedAt.get(key);
      return [key, faultAt === undefined ? view : { ...view, faultAt }];
    }),
  );
}

/** @throws AssertionError */
export function requireView(name: string, expected: View | undefined, actual: View | undefined): void {
  const [wanted, found] = [membersOf(expected), membersOf(actual)];
  const lines = differences(wanted, found, MEMBERS);
  if (lines === undefined && (expected === undefined) === (actual === undefined)) return;
  const what = actual === undefined ? `there is no ${name}` : `the view of ${name} is another one`;
  const body = lines ?? [
    expected === undefined ? '- nothing' : '- {}',
    actual === undefined ? '+ nothing' : '+ {}',
  ];
  throw assertionError(`${what}\n\n${body.join('\n')}\n`, {
    expected: wanted.map(showMember).join('\n'),
    actual: found.map(showMember).join('\n'),
  });
}

/** @throws AssertionError */
export function requireEntities(
  name: string,
  expected: Readonly<Record<string, View>>,
  actual: ReadonlyMap<string, View>,
): void {
  const [wanted, found] = [membersOf(expected), membersOf(Object.fromEntries(actual))];
  const lines = differences(wanted, found, MEMBERS);
  if (lines === undefined) return;
  throw assertionError(`the entities of ${name} are others\n\n${lines.join('\n')}\n`, {
    expected: wanted.map(showMember).join('\n'),
    actual: found.map(showMember).join('\n'),
  });
}

type Member = readonly [name: string, value: unknown];

const showMember = ([name, value]: Member): string => `${name}: ${shown(value)}`;

const MEMBERS = {
  agrees: (one: Member, other: Member) => isDeepStrictEqual(one, other),
  showExpected: showMember,
  showActual: showMember,
  explain: ([name, value]: Member, [other, actual]: Member) =>
    name === other && typeof value === 'object' && typeof actual === 'object'
      ? differsAt(value, actual)
      : undefined,
};

/** As JSON, in the order of their names. @throws TypeError for what JSON cannot say, such as a bigint */
function membersOf(view: Readonly<Record<string, unknown>> | undefined): readonly Member[] {
  return Object.entries(asJson(view ?? {}) as object).toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function indexed({ name, index }: EntityProjectionDefinition, view: View): View {
  for (const [member, kind] of Object.entries(index)) {
    if (columnValue(kind, view[member]) === undefined)
      throw new TypeError(
        `${name}: the view's ${member} is to be ${SHOWN[kind]}, and is ${shown(view[member])}`,
      );
  }
  return view;
}

function stepped<Result>(name: string, work: () => Result, event: RecordedEvent): Result {
  try {
    return work();
  } catch (error) {
    throw failed(name, event, error);
  }
}

function failed(name: string, { position, type }: RecordedEvent, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`${name} cannot fold the ${type} at position ${position}: ${reason}`, { cause: error });
}
