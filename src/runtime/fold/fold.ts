/** Turns a state machine into a fold: (state, event) → state, as plain data in and plain data out. */
export { compile as foldOf } from './compiled/compile.js';
export { writtenIn, type ContextOf, type Machine } from './compiled/machine.js';
