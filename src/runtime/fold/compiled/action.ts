/** Turns an action into a plain function from context to context: assignments, immediate raises, and lists of these. */
import { assigning, type Member } from './assigning.js';
import { assign, raise, type AnyStateNode } from 'xstate';
import type { FoldEvent } from '../fold-state.js';
import { carryOut, raisingAction, type Action, type Context } from './chart.js';
import { guardOf } from './guard.js';
import { follow, refuse, requireWithout, type Params, type Referred, type Written } from './reference.js';

/** What XState hangs on the actions that it makes itself. */
interface Made {
  readonly type?: unknown;
  readonly assignment: unknown;
  readonly event: unknown;
  readonly delay: unknown;
  readonly collect: (args: object, params: unknown) => void;
}

/** What XState hands to functions and a fold does not have: there is no actor, and nothing beside it. */
export const ABSENT = ['spawn', 'self', 'system'];

/** What can be enqueued, and would act on the world or on time. */
const EFFECTS = ['cancel', 'emit', 'sendParent', 'sendTo', 'spawnChild', 'stopChild'];

const NO_EFFECT = 'is not an assign, and a fold has no other effect';

/** @throws Error that names the state when a fold cannot carry the action out */
export function actionOf(reference: unknown, node: AnyStateNode): Action {
  const referred = follow(reference, node.machine.implementations.actions);
  const { name, implementation, params } = referred;
  if (implementation === undefined) return refuse(node, `the action ${String(name)} has no implementation`);
  const made = implementation as Made;
  switch (made.type) {
    case 'xstate.assign':
      return typeof made.assignment === 'function'
        ? assignWhole(made.assignment as Written, params, node)
        : assignMembers(made.assignment as Context, params, node);
    case 'xstate.raise':
      return raiseOf(made, referred, node);
    case 'xstate.enqueueActions':
      return enqueueOf(made, params, node);
    default:
      return refuse(node, `${called(referred)} ${NO_EFFECT}`);
  }
}

/** The type of the event that the action raises; undefined when it raises none, or one that is made for each time. */
export function typeRaisedBy(reference: unknown, node: AnyStateNode): string | undefined {
  const { type, event } = follow(reference, node.machine.implementations.actions).implementation as Made;
  return type === 'xstate.raise' && typeof event === 'object' ? (event as FoldEvent).type : undefined;
}

function called({ name, implementation }: Referred): string {
  const { type } = implementation as Made;
  return `the action ${name ?? (typeof type === 'string' ? type : '(inline)')}`;
}

function assignWhole(assignment: Written, params: Params | undefined, node: AnyStateNode): Action {
  requireWithout(ABSENT, assignment, node);
  return (args) => ({ ...args.context, ...(assignment(args, params?.(args)) as Context) });
}

function assignMembers(assignment: Context, params: Params | undefined, node: AnyStateNode): Action {
  const members = Object.entries(assignment).map(([name, value]): Member => {
    requireWithout(ABSENT, value, node);
    return { name, value: typeof value === 'function' ? (value as Written) : () => value };
  });
  const assigned = assigning(members);
  return params === undefined ? (args) => assigned(args, undefined) : (args) => assigned(args, params(args));
}

function raiseOf({ event: raised, delay }: Made, referred: Referred, node: AnyStateNode): Action {
  if (delay !== undefined) {
    refuse(node, `${called(referred)} raises its event later; record an event when the time has come`);
  }
  if (typeof raised === 'string') {
    refuse(node, `${called(referred)} raises ${raised} as a name; raise({ type: '${raised}' }) is an event`);
  }
  requireWithout(ABSENT, raised, node);
  return raisingAction((args, _active, raising) => {
    const event = typeof raised === 'function' ? (raised as Written)(args, referred.params?.(args)) : raised;
    raising.raise(event as FoldEvent);
    return args.context;
  });
}

/** What is enqueued is known only when the event is there, and is refused only then where it has an effect. */
function enqueueOf({ collect }: Made, params: Params | undefined, node: AnyStateNode): Action {
  requireWithout(ABSENT, collect, node);
  const effects = Object.fromEntries(
    EFFECTS.map((name) => [name, () => refuse(node, `enqueue.${name} ${NO_EFFECT}`)]),
  );
  return raisingAction((args, active, raising) => {
    const { context, event } = args;
    const actions: unknown[] = [];
    const enqueue = Object.assign((action: unknown) => void actions.push(action), effects, {
      assign: (assignment: never) => void actions.push(assign(assignment)),
      raise: (raised: never, options: never) => void actions.push(raise(raised, options)),
    });
    const check = (guard: unknown): boolean => guardOf(guard, node)(args, active);
    collect({ context, event, enqueue, check }, params?.(args));
    return carryOut(
      actions.map((action) => actionOf(action, node)),
      args,
      active,
      raising,
    );
  });
}
