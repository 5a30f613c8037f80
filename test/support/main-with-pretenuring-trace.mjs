/** The tests' own application; V8 traces its pretenuring decisions to the output. */
import { setFlagsFromString } from 'node:v8';
import { builtApp } from './built.mjs';

setFlagsFromString('--trace-pretenuring-statistics');
await builtApp('main.js');
