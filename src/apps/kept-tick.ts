/**
 * Keeps a reference to one of Node's tick objects, so that V8 keeps the hidden class (the layout) of these objects.
 *
 * Node calls `process.nextTick` several times for each request, and each call creates an object with computed property names. V8 creates
 * it inline while it has the hidden class, which a full collection removes when no object uses it, as in an idle
 * server. From then on, for the rest of the process, V8 adds the properties one by one: a tick
 * costs five times as much, and a server that had been idle for some seconds answered a quarter fewer queries.
 */
import { executionAsyncResource } from 'node:async_hooks';

let kept: object | undefined;

/** Call it once, before the first request. It takes effect with the next tick. */
export function keepTick(): void {
  // Within a tick, the execution resource is the tick object. An async hook would give it too, but slows down every promise.
  process.nextTick(() => {
    kept = executionAsyncResource();
  });
}

/** The kept tick object; undefined before the first tick. */
export function keptTick(): object | undefined {
  return kept;
}
