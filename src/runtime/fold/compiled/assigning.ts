/** The context after members of it were assigned, each computed from the context as it was before. */
import type { Args, Context } from './chart.js';

/** Computes a value from what an assignment is called with, and its parameters. */
export type Value = (args: Args, params: unknown) => unknown;

export interface Member {
  readonly name: string;
  readonly value: Value;
}

export type Assigning = (args: Args, params: unknown) => Context;

/** For so many sets of names has an assignment a function of its own. Contexts mostly have the same names for ever. */
const MAX_SHAPES = 4;
const MAX_NAMES = 64;

/**
 * The copy that an assignment makes is most of what a step costs. A literal in which all names are written is made in half the
 * time of a copy whose members are set; so for the names that a context has, one is made from text.
 */
export function assigning(members: readonly Member[]): Assigning {
  const slowly = oneByOne(members);
  let names: readonly string[] = [];
  let assign: Assigning | undefined;
  let shapes = 0;
  return (args, params) => {
    if (assign === undefined || !hasNames(args.context, names)) {
      if (shapes === MAX_SHAPES) return slowly(args, params);
      shapes += 1;
      names = Object.keys(args.context);
      assign = inLiteral(members, names) ?? slowly;
    }
    return assign(args, params);
  };
}

/** Whether the context has these members, in this order, and no other. Makes nothing. */
function hasNames(context: Context, names: readonly string[]): boolean {
  let count = 0;
  for (const name in context) {
    if (name !== names[count]) return false;
    count += 1;
  }
  return count === names.length;
}

/** Undefined where no code may be made from text (`--disallow-code-generation-from-strings`), or where it would not be the same. */
function inLiteral(members: readonly Member[], before: readonly string[]): Assigning | undefined {
  const names = [...new Set([...before, ...members.map(({ name }) => name)])];
  // In a literal it is no member, but the prototype.
  if (names.length > MAX_NAMES || names.includes('__proto__')) return undefined;
  const indexOf = (name: string): number => members.findLastIndex((member) => member.name === name);
  const computed = members.map((_, index) => `const to${index} = value${index}(args, params);`);
  const written = names.map((name) => {
    const [index, text] = [indexOf(name), JSON.stringify(name)];
    return `${text}: ${index < 0 ? `context[${text}]` : `to${index}`}`;
  });
  const source = `return (args, params) => {
    const { context } = args;
    ${computed.join('\n    ')}
    return { ${written.join(', ')} };
  };`;
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the names stand in it as string literals only
    const make = new Function(...members.map((_, index) => `value${index}`), source) as (
      ...values: readonly Value[]
    ) => Assigning;
    return make(...members.map(({ value }) => value));
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function oneByOne(members: readonly Member[]): Assigning {
  return (args, params) => {
    const next: Record<string, unknown> = { ...args.context };
    for (const { name, value } of members) next[name] = value(args, params);
    return next;
  };
}
