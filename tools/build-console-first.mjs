/**
 * For `node --import`: builds the page of the console before the program that is named after it. One process, so that a signal to `npm start` reaches
 * it; and no `prestart`, which npm leaves out where install scripts are turned off.
 */
import { buildConsole } from './build-console.mjs';

await buildConsole();
