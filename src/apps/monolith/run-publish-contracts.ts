/** `npm run contracts`: publishes new revisions of the monolith's event contracts, and the runtime's own, in `contracts/`. */
import { join, relative } from 'node:path';
import {
  publishContracts,
  type Publication,
} from '../../runtime/event-log/contracts/publishing/publish-contracts.js';
import { monolithContracts } from './monolith-contracts.js';

const folder = join(process.cwd(), 'contracts');

const contracts = await monolithContracts();
const { written, refused } = published();
for (const file of written) process.stdout.write(`wrote ${relative(process.cwd(), file)}\n`);
for (const refusal of refused) process.stderr.write(`${refusal}\n`);
if (written.length + refused.length === 0) process.stdout.write('all contracts are published already\n');
if (refused.length > 0) process.exitCode = 1;

/** What cannot be read or written is told as what is refused is. */
function published(): Publication {
  try {
    return publishContracts(contracts, folder, { runtimeEvents: true });
  } catch (error) {
    return { written: [], refused: [(error as Error).message] };
  }
}
