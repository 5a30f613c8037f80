/** Compiles an `assign` with named members: the context after each was computed from the context before. */
import type { Args, Context } from './chart.js';

/** Computes a member from the arguments of the assignment and its parameters. */
export type Value = (args: Args, params: unknown) => unknown;

export interface Member {
  readonly name: string;
  readonly value: Value;
}

export type Assignment = (args: Args, params: unknown) => Context;

/** For how many sets of member names one assignment compiles a literal. A machine's context mostly has one set. */
const MAX_SHAPES = 4;
const MAX_NAMES = 64;

/**
 * Copying the context is most of what a step costs, and an object literal with all names written out is faster than a spread copy
 * with members set after it: 102 instead of 176 ns a step in the `fold-in-memory` row of `npm run bench:projection`. So a
 * literal is compiled from source text for the names that the context has.
 */
export function compileAssignment(members: readonly Member[]): Assignment {
  const assignToCopy = copyingAssignment(members);
  let names: readonly string[] = [];
  let assign: Assignment | undefined;
  let shapes = 0;
  return (args, params) => {
    if (assign === undefined || !hasNames(args.context, names)) {
      if (shapes === MAX_SHAPES) return assignToCopy(args, params);
      shapes += 1;
      names = Object.keys(args.context);
      assign = literalAssignment(members, names) ?? assignToCopy;
    }
    return assign(args, params);
  };
}

/** Whether the context has these members, in this order, and no other. Allocates nothing. */
function hasNames(context: Context, names: readonly string[]): boolean {
  let count = 0;
  for (const name in context) {
    if (name !== names[count]) return false;
    count += 1;
  }
  return count === names.length;
}

/** Undefined where V8 may not compile strings (`--disallow-code-generation-from-strings`), or where the result would differ. */
function literalAssignment(members: readonly Member[], before: readonly string[]): Assignment | undefined {
  const names = [...new Set([...before, ...members.map(({ name }) => name)])];
  // In a literal this name sets the prototype.
  if (names.length > MAX_NAMES || names.includes('__proto__')) return undefined;
  const indexOf = (name: string): number => members.findLastIndex((member) => member.name === name);
  const computed = members.map((_, index) => `const to${index} = value${index}(args, params);`);
  const properties = names.map((name) => {
    const [index, text] = [indexOf(name), JSON.stringify(name)];
    return `${text}: ${index < 0 ? `context[${text}]` : `to${index}`}`;
  });
  const source = `return (args, params) => {
    const { context } = args;
    ${computed.join('\n    ')}
    return { ${properties.join(', ')} };
  };`;
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- names are inserted as JSON string literals only
    const create = new Function(...members.map((_, index) => `value${index}`), source) as (
      ...values: readonly Value[]
    ) => Assignment;
    return create(...members.map(({ value }) => value));
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function copyingAssignment(members: readonly Member[]): Assignment {
  return (args, params) => {
    const next: Record<string, unknown> = { ...args.context };
    for (const { name, value } of members) next[name] = value(args, params);
    return next;
  };
}
