/** What `GET /sum` answers with. */
import { z } from 'zod';
import { defineProjection } from '../../runtime/index.js';
import { numberRecorded, numberRetracted } from '../numbers/numbers.events.js';
import { sumMachine, sumView } from './sum.machine.js';

export const sum = defineProjection({
  name: 'sum',
  machine: sumMachine,
  consumes: [numberRecorded, numberRetracted],
  view: sumView,
  http: {
    folded: true,
    viewSchema: z.object({ value: z.string(), state: z.string(), count: z.int().min(0) }),
  },
});
