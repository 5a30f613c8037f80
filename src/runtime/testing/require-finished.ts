/** Fails a test that has begun a scenario and not finished it: `given(…).when(…)` without `.then(…)` tests nothing. */

/** As every test runner has it. */
export type EachTest = (work: () => void) => unknown;

/** What a test has begun, by whatever begins it. */
interface Begun {
  readonly name: string;
  /** Its stack begins where the test calls. */
  readonly at: Error;
  isRunning: boolean;
}

/** Undefined until somebody asks for it, so that nothing is kept where nobody does. */
let begun: Map<object, Begun> | undefined;

/**
 * Call it once, at the top of a spec or in a setup file. After each test it throws for what the test has begun with `given` and not finished by
 * `then` or one of the `expect…`, or whose end it did not await; the error names the scenario and the line where it was begun. Tests that run at the
 * same time in one process cannot be told apart.
 *
 *     requireFinished(afterEach);
 *
 * @param afterEach of the test runner
 * @param beforeEach of the test runner, where it is no global: what is begun outside of tests, for several of them, is then none of theirs
 */
export function requireFinished(
  afterEach: EachTest,
  beforeEach = (globalThis as { readonly beforeEach?: EachTest }).beforeEach,
): void {
  begun ??= new Map();
  beforeEach?.(() => {
    begun?.clear();
  });
  afterEach(() => {
    const [first, ...others] = begun?.values() ?? [];
    begun?.clear();
    if (first !== undefined) throw unfinished(first, others);
  });
}

/** @param from what the test calls, and is now running */
export function begin(scenario: object, name: string, from: (...given: never) => unknown): void {
  if (begun === undefined) return;
  const at = new Error(name);
  Error.captureStackTrace(at, from);
  begun.set(scenario, { name, at, isRunning: false });
}

export function finish(scenario: object): void {
  begun?.delete(scenario);
}

/** It is finished once the work has ended, whether it is as expected or not. */
export async function finishBy<Result>(scenario: object, work: () => Promise<Result>): Promise<Result> {
  const known = begun?.get(scenario);
  if (known !== undefined) known.isRunning = true;
  try {
    return await work();
  } finally {
    finish(scenario);
  }
}

function unfinished(first: Begun, others: readonly Begun[]): Error {
  const lines = [first, ...others].map(({ name, at, isRunning }) => {
    const what = isRunning
      ? 'its end was not awaited: write await before given'
      : 'it was not finished, so it tests nothing: add .then([ … ]), .then(refused( … )) or an expectation';
    return `${name}: ${what}${placeOf(at)}`;
  });
  const error = new Error(lines.join('\n'));
  const stack = first.at.stack ?? '';
  error.stack = `${error.name}: ${error.message}${stack.slice(stack.indexOf('\n    at '))}`;
  return error;
}

/** Where the stack begins, as in ` (…/order.spec.ts:12:5)`. */
function placeOf({ stack = '' }: Error): string {
  const line = stack.split('\n').find((each) => each.startsWith('    at '));
  const place = /(?:\(|at )([^()]+:\d+:\d+)\)?$/.exec(line ?? '')?.[1];
  return place === undefined ? '' : ` (${place})`;
}
