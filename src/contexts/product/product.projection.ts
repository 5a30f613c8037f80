/** The product of all numbers, as the log has them. */
import { z } from 'zod';
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
  http: {
    folded: true,
    viewSchema: z.object({
      value: z.string().optional().describe('Absent where it is too long'),
      digits: z.int().optional(),
      approximate: z.string().optional().describe('Where it is too long, as in -1.07e+845097'),
      exact: z.string().optional().describe('Where the exact value can be had'),
      state: z.string(),
      count: z.int().min(0),
    }),
  },
});
