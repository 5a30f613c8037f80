/** What `GET /sum` answers with. */
import { defineProjection } from '../../runtime/index.js';
import { numberRecorded, numberRetracted } from '../numbers/numbers.events.js';
import { sumMachine, sumView } from './sum.machine.js';

export const sum = defineProjection({
  name: 'sum',
  machine: sumMachine,
  consumes: [numberRecorded, numberRetracted],
  view: sumView,
  http: { folded: true },
});
