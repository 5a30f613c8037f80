/** The program with the customers instead of its own contexts; `test/support/build-once.mjs` builds it. */
import '../../../src/apps/process-flags.js';
import { runApp } from '../../../src/apps/run-app.js';
import { CustomersModule } from './customers.js';

// It has no projections, so no worker looks for its contexts.
await runApp('0.0.0', { contexts: [CustomersModule], workers: { contexts: '' } });
