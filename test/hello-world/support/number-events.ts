/** Recorded events of the numbers context, made up for machines that are tested without a log. */
import fc from 'fast-check';
import type { RecordedOf } from '../../../src/runtime/event-log/contracts/event-contract.js';
import { commitId, position } from '../../../src/runtime/event-log/event.js';
import type { numberRecorded, numberRetracted } from '../../../src/contexts/numbers/numbers.events.js';

export type NumberEvent = RecordedOf<typeof numberRecorded> | RecordedOf<typeof numberRetracted>;

const envelope = (at: number): Omit<RecordedOf<typeof numberRecorded>, 'type' | 'data'> => ({
  position: position(at),
  revision: 1,
  tags: [],
  time: '2026-01-31T12:00:00.000Z',
  commit: commitId(`commit ${at}`),
  metadata: {},
});

export function recorded(value: bigint | number, at = 1): RecordedOf<typeof numberRecorded> {
  return { ...envelope(at), type: 'number.recorded', data: { value: String(value) } };
}

export function retracted(
  value: bigint | number,
  { at = 2, number = 1, reason = 'a mistake' } = {},
): RecordedOf<typeof numberRetracted> {
  return { ...envelope(at), type: 'number.retracted', data: { number, value: String(value), reason } };
}

/** Small numbers, zeros among them, and now and then one that no double holds. */
export const anyNumber = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: -9n, max: 9n }) },
  { weight: 2, arbitrary: fc.constant(0n) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }) },
);

/** Any events in any order, also such as no decider would have recorded. */
export const anyNumberEvents: fc.Arbitrary<readonly NumberEvent[]> = fc
  .array(fc.record({ value: anyNumber, isRetraction: fc.boolean() }), { maxLength: 40 })
  .map((drafts) =>
    drafts.map(({ value, isRetraction }, index) =>
      isRetraction ? retracted(value, { at: index + 1 }) : recorded(value, index + 1),
    ),
  );

/** Events as they can come about: a number is retracted at most once, and after it was recorded. */
export const possibleNumberEvents: fc.Arbitrary<readonly NumberEvent[]> = fc
  .array(fc.record({ value: anyNumber, retracts: fc.option(fc.nat()) }), { maxLength: 40 })
  .map((drafts) => {
    const events: NumberEvent[] = [];
    const surviving: { at: number; value: bigint }[] = [];
    for (const { value, retracts } of drafts) {
      const at = events.length + 1;
      const [gone] = retracts === null ? [] : surviving.splice(retracts % (surviving.length + 1), 1);
      if (gone === undefined) {
        surviving.push({ at, value });
        events.push(recorded(value, at));
      } else {
        events.push(retracted(gone.value, { at, number: gone.at }));
      }
    }
    return events;
  });
