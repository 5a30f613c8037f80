/** The program with the bank instead of its own contexts; `test/support/build-once.mjs` builds it. */
import '../../src/apps/process-flags.js';
import { runApp } from '../../src/apps/run-app.js';
import { BankModule } from './bank.js';

// Of its one projection nothing is audited or rebuilt, so no worker looks for its contexts.
await runApp('0.0.0', { contexts: [BankModule], workers: { contexts: '' } });
