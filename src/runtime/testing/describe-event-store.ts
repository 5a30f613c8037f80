/** The conformance kit: what every event store promises, as cases for the test runner. */
import type { Capabilities, EventStoreFactory } from './event-store-factory.js';
import { describeAtomicity } from './promises/atomicity.js';
import { describeClosing } from './promises/closing.js';
import { describeConditions } from './promises/conditions.js';
import { describeEmptyLog } from './promises/empty-log.js';
import { describeFollowing } from './promises/following.js';
import { describeHashes } from './promises/hashes.js';
import { describeIdempotence } from './promises/idempotence.js';
import { describeOrder } from './promises/order.js';
import { describePaging } from './promises/paging.js';
import { describeQueries } from './promises/queries.js';
import { describeReadingBeside } from './promises/reading-beside.js';
import { describeReadingWhileWriting } from './promises/reading-while-writing.js';
import { describeRecording } from './promises/recording.js';
import { describeReopening } from './promises/reopening.js';
import { describeSizes } from './promises/sizes.js';
import { describeUnicode } from './promises/unicode.js';
import { describeValues } from './promises/values.js';
import { describeWaiting } from './promises/waiting.js';
import { describeWholeCommits } from './promises/whole-commits.js';
import { describeWritingTogether } from './promises/writing-together.js';
import { afterAll, describe, jest } from './test-runner.js';

/** A store on another machine may take its time; in milliseconds, for each case of the file. */
const PATIENCE = 120_000;

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
  jest.setTimeout(PATIENCE);
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
