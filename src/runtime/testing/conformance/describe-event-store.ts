/** The conformance kit: what every event store promises, as cases for the test runner. */
import type { Capabilities, EventStoreFactory } from './event-store-factory.js';
import { describeAtomicity } from './cases/atomicity.js';
import { describeClosing } from './cases/closing.js';
import { describeConditions } from './cases/conditions.js';
import { describeEmptyLog } from './cases/empty-log.js';
import { describeFollowing } from './cases/following.js';
import { describeHashes } from './cases/hashes.js';
import { describeIdempotence } from './cases/idempotence.js';
import { describeOrder } from './cases/order.js';
import { describePaging } from './cases/paging.js';
import { describeQueries } from './cases/queries.js';
import { describeReadingBeside } from './cases/reading-beside.js';
import { describeReadingWhileWriting } from './cases/reading-while-writing.js';
import { describeRecording } from './cases/recording.js';
import { describeReopening } from './cases/reopening.js';
import { describeSizes } from './cases/sizes.js';
import { describeUnicode } from './cases/unicode.js';
import { describeValues } from './cases/values.js';
import { describeWaiting } from './cases/waiting.js';
import { describeWholeCommits } from './cases/whole-commits.js';
import { describeWritingTogether } from './cases/writing-together.js';
import { afterAll, describe, jest } from './test-runner.js';

/** A store on another machine may take its time; in milliseconds, for each case of the file. */
const CASE_TIMEOUT_MS = 120_000;

/**
 * Describes the store to the test runner, case by case. To be called from a spec file that has nothing else to do.
 *
 * @param name what the report calls the store
 * @param factory opens its logs
 * @param capabilities what it cannot do is `false`
 */
export function describeEventStore(
  name: string,
  factory: EventStoreFactory,
  { durable = true, manyReaders = true, manyWriters = true }: Capabilities = {},
): void {
  jest.setTimeout(CASE_TIMEOUT_MS);
  describe(`${name} as an event store`, () => {
    afterAll(() => factory.dispose());
    describeEmptyLog(factory);
    describeRecording(factory);
    describeAtomicity(factory);
    describeOrder(factory);
    describeConditions(factory);
    describeIdempotence(factory);
    describeQueries(factory);
    describePaging(factory);
    describeReadingWhileWriting(factory);
    describeWaiting(factory);
    describeFollowing(factory);
    describeSizes(factory);
    describeValues(factory);
    describeUnicode(factory);
    describeWholeCommits(factory);
    describeHashes(factory);
    describeClosing(factory);
    describeReopening(factory, durable);
    describeReadingBeside(factory, manyReaders);
    describeWritingTogether(factory, manyWriters);
  });
}
