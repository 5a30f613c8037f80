/** The conformance kit: cases that every event store must pass, for a test runner. */
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
import { afterAll, describe } from './test-runner.js';

/**
 * Describes an event store to the test runner, some 400 cases. Call it at the top of a spec file.
 *
 * It needs the global functions of Jest, or of Vitest with `globals: true`, and the package fast-check. Each case may take two
 * minutes. Not tested: what survives a crash of the process or a power cut.
 *
 * @param name of the store, for the report
 * @param factory opens its logs
 * @param capabilities `false` for what the store does not support
 */
export function describeEventStore(
  name: string,
  factory: EventStoreFactory,
  { durable = true, manyReaders = true, manyWriters = true }: Capabilities = {},
): void {
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
