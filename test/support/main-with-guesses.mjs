/** The tests' own application; V8 writes to its output what it concludes about which objects are going to live long. */
import { setFlagsFromString } from 'node:v8';
import { builtApp } from './built.mjs';

setFlagsFromString('--trace-pretenuring-statistics');
await builtApp('main.js');
