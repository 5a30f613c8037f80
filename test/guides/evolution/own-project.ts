/** The guide's test for a project of one's own. */
import type { INestApplicationContext } from '@nestjs/common';
import { EventLog } from '../../../src/runtime/event-log/event-log.js';
import {
  contractFaults,
  describeFault,
} from '../../../src/runtime/event-log/contracts/publishing/contract-faults.js';

export async function faultsOf(app: INestApplicationContext, folder: string): Promise<readonly string[]> {
  const { contracts } = app.get(EventLog);
  await app.close();
  return contractFaults(contracts, folder).map(describeFault);
}
