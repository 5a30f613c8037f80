/** What a machine's author refers to guards and actions by: themselves, their name, or their name with parameters. */
import type { AnyStateNode } from 'xstate';
import type { Args } from './chart.js';

/** A function of the author's. */
export type Written = (args: Args, params: unknown) => unknown;

export type Params = (args: Args) => unknown;

export interface Referred {
  /** Undefined for what stands there itself. */
  readonly name: string | undefined;
  /** Undefined when there is nothing by that name. */
  readonly implementation: unknown;
  /** Undefined where there are none, which is mostly so. */
  readonly params: Params | undefined;
}

/** Follows a reference. Only what has a name can be given parameters with it. */
export function follow(reference: unknown, implementations: Readonly<Record<string, unknown>>): Referred {
  if (typeof reference === 'function') {
    return { name: undefined, implementation: reference, params: undefined };
  }
  if (typeof reference === 'string') {
    return { name: reference, implementation: implementations[reference], params: undefined };
  }
  const { type: name, params } = reference as { readonly type: string; readonly params?: unknown };
  return { name, implementation: implementations[name], params: paramsOf(params) };
}

function paramsOf(params: unknown): Params | undefined {
  if (params === undefined) return undefined;
  return typeof params === 'function' ? (params as Params) : () => params;
}

/** @throws Error always: why the machine cannot be folded, and in which of its states */
export function refuse(node: AnyStateNode, why: string): never {
  throw new Error(`machine ${node.machine.id}, state ${node.path.join('.') || '(root)'}: ${why}`);
}

/** A parameter that is taken apart, with nothing nested in it, and what it is taken apart into. */
const FIRST_PARAMETER = /^(?:async\s*)?(?:function\s*)?[\w$]*\s*\(?\s*\{([^{}]*)\}/;

/**
 * Refuses a function that takes an argument which a fold does not have. It is found in the source, where that has the usual
 * form (`({ context, spawn }) => …`); in another form the argument is not there when it is asked for.
 */
export function requireWithout(absent: readonly string[], written: unknown, node: AnyStateNode): void {
  if (typeof written !== 'function') return;
  const taken = FIRST_PARAMETER.exec(Function.prototype.toString.call(written))?.[1] ?? '';
  const names = taken.split(',').map((part) => part.split(/[:=]/)[0]?.trim());
  const found = absent.find((name) => names.includes(name));
  if (found !== undefined) refuse(node, `a function takes ${found}, which a fold does not have`);
}
