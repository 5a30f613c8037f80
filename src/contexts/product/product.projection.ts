/** The product of all numbers, as the log has them. */
import { defineProjection } from '../../runtime/index.js';
import { numberRecorded, numberRetracted } from '../numbers/numbers.events.js';
import { productMachine } from './product.machine.js';
import { productView } from './product.view.js';

export const product = defineProjection({
  name: 'product',
  machine: productMachine,
  consumes: [numberRecorded, numberRetracted],
  links: ['exact'],
  view: productView,
  http: { folded: true },
});
