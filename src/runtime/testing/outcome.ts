/** What came of a command, compared with what was expected: events or a refusal. */
import { isDeepStrictEqual } from 'node:util';
import { ContractBroken, InvalidValue } from '../event-log/errors.js';
import { asJson } from '../event-log/contracts/publishing/json-difference.js';
import type { EventLog } from '../event-log/event-log.js';
import type { NewEvent, RecordedEvent } from '../event-log/event.js';
import { Problem } from '../http/kernel/problem.js';
import { assertionError, differences, differsAt, shown } from './shown.js';

/** A refusal that a test expects. */
export interface Refusal {
  /** The last part of its `type`, as in `account-not-ready`. */
  readonly problem: string;
  /** All of its `detail`, or what that matches. Default: anything. */
  readonly detail?: string | RegExp;
}

/** Events, one event, or why there are none: a `Problem` stands for its `problem` and `detail`. */
export type Expected = readonly NewEvent[] | NewEvent | Refusal;

/** @param problem the last part of the problem's `type`, as in `account-not-ready`; `invalid-body` for an input that the schema does not take */
export function refused(problem: string, detail?: string | RegExp): Refusal {
  return { problem, ...(detail !== undefined && { detail }) };
}

export type Outcome = { readonly events: readonly RecordedEvent[] } | { readonly refusal: Problem };

/** Carries out the command. @throws what is no refusal */
export async function outcomeOf(log: EventLog, work: () => Promise<unknown>): Promise<Outcome> {
  const after = await log.head();
  try {
    await work();
  } catch (error) {
    if (error instanceof ContractBroken || error instanceof InvalidValue) throw explained(error);
    if (error instanceof Problem) return { refusal: error };
    throw error;
  }
  const events: RecordedEvent[] = [];
  for await (const page of log.read(undefined, { after })) events.push(...page);
  return { events };
}

/** @throws AssertionError */
export function requireOutcome(expected: Expected, outcome: Outcome): void {
  if (isRefusal(expected)) requireRefusal(expected, outcome);
  else requireEvents(Array.isArray(expected) ? expected : [expected as NewEvent], outcome);
}

/** One event a line; undefined when they agree. */
export function eventDifferences(
  expected: readonly NewEvent[],
  actual: readonly RecordedEvent[],
): readonly string[] | undefined {
  const showsTags = hasExpectedTags(expected);
  return differences<NewEvent, RecordedEvent>(expected, actual, {
    agrees: (one, other) =>
      one.type === other.type &&
      isDeepStrictEqual(asJson(one.data), asJson(other.data)) &&
      hasTags(other, one),
    showExpected: showEvent,
    showActual: (event) => showRecorded(event, showsTags),
    explain: (one, other) => (one.type === other.type ? differsAt(one.data, other.data) : undefined),
  });
}

function requireEvents(expected: readonly NewEvent[], outcome: Outcome): void {
  if ('refusal' in outcome) {
    const lines = expected.map((event) => `- ${showEvent(event)}`);
    throw assertionError(
      `events were expected, and it was refused\n\n${[...lines, `+ ${showRefusal(outcome.refusal)}`].join('\n')}\n`,
      { expected: expected.map(showEvent).join('\n'), actual: showRefusal(outcome.refusal) },
    );
  }
  const lines = eventDifferences(expected, outcome.events);
  if (lines === undefined) return;
  throw assertionError(`other events were recorded than expected\n\n${lines.join('\n')}\n`, {
    expected: expected.map(showEvent).join('\n'),
    actual: outcome.events
      .map((event) => showRecorded(event, expected.length === 0 || hasExpectedTags(expected)))
      .join('\n'),
  });
}

function requireRefusal(expected: Refusal, outcome: Outcome): void {
  const wanted = showRefusal(expected);
  if ('events' in outcome) {
    const lines = outcome.events.map((event) => `+ ${showEvent(event)}`);
    throw assertionError(
      `a refusal was expected, and it was recorded\n\n${[`- ${wanted}`, ...lines].join('\n')}\n`,
      { expected: wanted, actual: outcome.events.map(showEvent).join('\n') },
    );
  }
  const { refusal } = outcome;
  if (refusal.problem === expected.problem && isDetail(expected.detail, refusal.detail)) return;
  const found = showRefusal(refusal);
  throw assertionError(`it was refused for another reason\n\n- ${wanted}\n+ ${found}\n`, {
    expected: wanted,
    actual: found,
  });
}

const isRefusal = (expected: Expected): expected is Refusal => 'problem' in expected;

function isDetail(expected: Refusal['detail'], detail: string): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'string' ? expected === detail : expected.test(detail);
}

function hasTags({ tags: found }: RecordedEvent, { tags }: NewEvent): boolean {
  return tags === undefined || isDeepStrictEqual([...tags].sort(), [...found].sort());
}

const hasExpectedTags = (expected: readonly NewEvent[]): boolean =>
  expected.some(({ tags }) => tags !== undefined);

/** Tags that no test asks for would look like a difference. */
const showRecorded = ({ type, data, tags }: RecordedEvent, showsTags: boolean): string =>
  showEvent({ type, data, ...(showsTags && { tags }) });

export function showEvent({ type, data, tags }: Pick<NewEvent, 'type' | 'data' | 'tags'>): string {
  return `${type} ${shown(data)}${tags === undefined ? '' : ` [${tags.join(', ')}]`}`;
}

function showRefusal({ problem, detail }: Refusal): string {
  return detail === undefined ? problem : `${problem}: ${String(detail)}`;
}

/** A command that makes such an event fails in the program, too, with an answer that tells its client nothing to do. */
function explained(error: Problem): Error {
  const places = error.faults.map(({ pointer = '', detail }) => `${pointer} ${detail}`).join('; ');
  return new Error(`the command made events that cannot be recorded: ${places || error.detail}`, {
    cause: error,
  });
}
