import { textUpTo } from '../support/api.js';
import { describeGuide } from './support/guide.js';

describeGuide('time-travel.md', 9, async (index, server) => {
  if (index === 1) await textUpTo(server, '/sum', 7);
});
