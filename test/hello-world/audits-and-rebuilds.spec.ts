import { describeGuide } from './support/guide.js';

describeGuide('audits-and-rebuilds.md', 6);
