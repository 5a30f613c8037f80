/**
 * Keeps V8 from guessing which objects are going to live long: a module to be imported before any other.
 *
 * From what survives while a server starts and replays, V8 concludes for some of the places in the code where objects are
 * made that theirs are best made old from the beginning (allocation-site pretenuring). A server that has started appends and
 * answers, and next to nothing of that lives long. What is old and dead keeps alive all that it points to, until the next full
 * collection; 14 of 47 starts that were watched had guessed so, and copied hundreds of kilobytes in each collection of
 * the young, while everybody waited. There is no such place to mend: which ones they are differs from start to start.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-allocation-site-pretenuring');
