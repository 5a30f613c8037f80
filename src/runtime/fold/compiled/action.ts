/** Compiles an action to a plain function from context to context: `assign`, immediate `raise`, and `enqueueActions`. */
import { compileAssignment, type Member } from './assignment.js';
import { assign, raise, type AnyStateNode } from 'xstate';
import type { FoldEvent } from '../fold-state.js';
import { runActions, raisingAction, type Action, type Context } from './chart.js';
import { guardOf } from './guard.js';
import { placed } from './places.js';
import {
  resolveReference,
  placeIn,
  refuse,
  rejectParameters,
  type Params,
  type ResolvedReference,
  type MachineFunction,
} from './reference.js';

/** The properties that XState sets on its built-in actions. */
interface BuiltInAction {
  readonly type?: unknown;
  readonly assignment: unknown;
  readonly event: unknown;
  readonly delay: unknown;
  readonly collect: (args: object, params: unknown) => void;
}

/** What XState passes to functions and a fold has not: it runs without an actor. */
export const UNAVAILABLE_PARAMETERS = ['spawn', 'self', 'system'];

/** The methods of `enqueue` that have effects outside the context. */
const EFFECTS = ['cancel', 'emit', 'sendParent', 'sendTo', 'spawnChild', 'stopChild'];

const NO_EFFECT = 'is not an assign, and a fold has no other effect';

/** @throws Error that names the state when a fold cannot run the action */
export function actionOf(reference: unknown, node: AnyStateNode): Action {
  const resolved = resolveReference(reference, node.machine.implementations.actions);
  return placed(compiledAction(resolved, node), () =>
    placeIn(node, `the action ${resolved.name ?? '(inline)'}`),
  );
}

function compiledAction(resolved: ResolvedReference, node: AnyStateNode): Action {
  const { name, implementation, params } = resolved;
  if (implementation === undefined) return refuse(node, `the action ${String(name)} has no implementation`);
  const builtIn = implementation as BuiltInAction;
  switch (builtIn.type) {
    case 'xstate.assign':
      return typeof builtIn.assignment === 'function'
        ? assignWhole(builtIn.assignment as MachineFunction, params, node)
        : assignMembers(builtIn.assignment as Context, params, node);
    case 'xstate.raise':
      return raiseOf(builtIn, resolved, node);
    case 'xstate.enqueueActions':
      return enqueueOf(builtIn, params, node);
    default:
      return refuse(node, `${describeAction(resolved)} ${NO_EFFECT}`);
  }
}

/** The type of the event that the action raises; undefined when it raises none, or one that a function makes. */
export function typeRaisedBy(reference: unknown, node: AnyStateNode): string | undefined {
  const { type, event } = resolveReference(reference, node.machine.implementations.actions)
    .implementation as BuiltInAction;
  return type === 'xstate.raise' && typeof event === 'object' ? (event as FoldEvent).type : undefined;
}

function describeAction({ name, implementation }: ResolvedReference): string {
  const { type } = implementation as BuiltInAction;
  return `the action ${name ?? (typeof type === 'string' ? type : '(inline)')}`;
}

function assignWhole(assignment: MachineFunction, params: Params | undefined, node: AnyStateNode): Action {
  rejectParameters(UNAVAILABLE_PARAMETERS, assignment, node);
  return (args) => ({ ...args.context, ...(assignment(args, params?.(args)) as Context) });
}

function assignMembers(assignment: Context, params: Params | undefined, node: AnyStateNode): Action {
  const members = Object.entries(assignment).map(([name, value]): Member => {
    rejectParameters(UNAVAILABLE_PARAMETERS, value, node);
    return { name, value: typeof value === 'function' ? (value as MachineFunction) : () => value };
  });
  const assigned = compileAssignment(members);
  return params === undefined ? (args) => assigned(args, undefined) : (args) => assigned(args, params(args));
}

function raiseOf(
  { event: raised, delay }: BuiltInAction,
  resolved: ResolvedReference,
  node: AnyStateNode,
): Action {
  if (delay !== undefined) {
    refuse(
      node,
      `${describeAction(resolved)} raises its event later; record an event when the time has come`,
    );
  }
  if (typeof raised === 'string') {
    refuse(
      node,
      `${describeAction(resolved)} raises ${raised} as a name; raise({ type: '${raised}' }) is an event`,
    );
  }
  rejectParameters(UNAVAILABLE_PARAMETERS, raised, node);
  return raisingAction((args, _active, queue) => {
    const event =
      typeof raised === 'function' ? (raised as MachineFunction)(args, resolved.params?.(args)) : raised;
    queue.raise(event as FoldEvent);
    return args.context;
  });
}

/** What is enqueued is known only when the function runs, so effects are refused only then. */
function enqueueOf({ collect }: BuiltInAction, params: Params | undefined, node: AnyStateNode): Action {
  rejectParameters(UNAVAILABLE_PARAMETERS, collect, node);
  const effects = Object.fromEntries(
    EFFECTS.map((name) => [name, () => refuse(node, `enqueue.${name} ${NO_EFFECT}`)]),
  );
  return raisingAction((args, active, queue) => {
    const { context, event } = args;
    const actions: unknown[] = [];
    const enqueue = Object.assign((action: unknown) => void actions.push(action), effects, {
      assign: (assignment: never) => void actions.push(assign(assignment)),
      raise: (raised: never, options: never) => void actions.push(raise(raised, options)),
    });
    const check = (guard: unknown): boolean => guardOf(guard, node)(args, active);
    collect({ context, event, enqueue, check }, params?.(args));
    return runActions(
      actions.map((action) => actionOf(action, node)),
      args,
      active,
      queue,
    );
  });
}
