/** Resolves how a machine refers to guards and actions: as a function, by name, or by name with parameters. */
import type { AnyStateNode } from 'xstate';
import type { Args } from './chart.js';

/** A function that the machine's author wrote. */
export type MachineFunction = (args: Args, params: unknown) => unknown;

export type Params = (args: Args) => unknown;

export interface ResolvedReference {
  /** Undefined for an inline function. */
  readonly name: string | undefined;
  /** Undefined when nothing has that name. */
  readonly implementation: unknown;
  readonly params: Params | undefined;
}

export function resolveReference(
  reference: unknown,
  implementations: Readonly<Record<string, unknown>>,
): ResolvedReference {
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

/** Machine, state, and what of it. */
export function placeIn(node: AnyStateNode, what: string): string {
  return `machine ${node.machine.id}, state ${node.path.join('.') || '(root)'}: ${what}`;
}

/** @throws Error always: why the machine cannot be folded, and in which of its states */
export function refuse(node: AnyStateNode, why: string): never {
  throw new Error(placeIn(node, why));
}

/** A destructured first parameter without nested patterns; the group holds its names. */
const FIRST_PARAMETER = /^(?:async\s*)?(?:function\s*)?[\w$]*\s*\(?\s*\{([^{}]*)\}/;

/**
 * Refuses a function that destructures one of these names from its first parameter (`({ context, spawn }) => …`). Read from
 * the function's source; a function that gets at the argument in another way is not refused, and finds it undefined.
 */
export function rejectParameters(
  unavailable: readonly string[],
  candidate: unknown,
  node: AnyStateNode,
): void {
  if (typeof candidate !== 'function') return;
  const taken = FIRST_PARAMETER.exec(Function.prototype.toString.call(candidate))?.[1] ?? '';
  const names = taken.split(',').map((part) => part.split(/[:=]/)[0]?.trim());
  const found = unavailable.find((name) => names.includes(name));
  if (found !== undefined) refuse(node, `a function takes ${found}, which a fold does not have`);
}
