/** A test runner that collects cases instead of running them, so that a test can see which of them fail. */
import { format } from 'node:util';

type Step = () => unknown;
type Body = (...row: readonly unknown[]) => unknown;

interface Case {
  readonly name: string;
  readonly body: Step;
}

interface Group {
  readonly name: string;
  readonly parts: (Case | Group)[];
  readonly hooks: Record<'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach', Step[]>;
}

/** A case that takes longer has failed. */
const TIMEOUT_MS = 2_000;

export class CollectedCases {
  #group = group('');

  /** A runner's global functions, except `expect`. */
  readonly #runner = {
    describe: (name: string, body: Step): void => {
      const outer = this.#group;
      this.#group = group(name);
      outer.parts.push(this.#group);
      body();
      this.#group = outer;
    },
    it: Object.assign(
      (name: string, body: Step): void => {
        this.#group.parts.push({ name, body });
      },
      {
        each:
          (table: readonly unknown[]) =>
          (name: string, body: Body): void => {
            for (const row of table.map((each): readonly unknown[] =>
              Array.isArray(each) ? each : [each],
            )) {
              const filled = row.slice(0, name.split('%').length - 1);
              this.#runner.it(format(name.replaceAll('%p', '%s'), ...filled), () => body(...row));
            }
          },
      },
    ),
    beforeAll: (step: Step): unknown => this.#group.hooks.beforeAll.push(step),
    afterAll: (step: Step): unknown => this.#group.hooks.afterAll.push(step),
    beforeEach: (step: Step): unknown => this.#group.hooks.beforeEach.push(step),
    afterEach: (step: Step): unknown => this.#group.hooks.afterEach.push(step),
  };

  /** Collects the cases that are described by this function. */
  collect(describeCases: () => void): void {
    const globals = globalThis as Partial<Record<string, unknown>>;
    const original = Object.fromEntries(Object.keys(this.#runner).map((name) => [name, globals[name]]));
    Object.assign(globals, this.#runner);
    try {
      describeCases();
    } finally {
      Object.assign(globals, original);
    }
  }

  /**
   * Runs the cases that were collected since the last time.
   *
   * @param only one case, as `group › case`; all of them when it is left out
   * @returns the cases that failed, named in the same way
   */
  async failures(only?: string): Promise<readonly string[]> {
    const root = this.#group;
    this.#group = group('');
    const failed: string[] = [];
    await run(root, { before: [], after: [] }, only, failed);
    return failed;
  }
}

function group(name: string): Group {
  return { name, parts: [], hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] } };
}

interface Around {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

async function run(
  { name, parts, hooks }: Group,
  around: Around,
  only: string | undefined,
  failed: string[],
): Promise<void> {
  const titleOf = (part: Case): string => `${name} › ${part.name}`;
  const isSelected = (part: Case | Group): part is Case =>
    'body' in part && (only === undefined || titleOf(part) === only);
  const steps: Around = {
    before: [...around.before, ...hooks.beforeEach],
    after: [...hooks.afterEach, ...around.after],
  };
  const runsAny = parts.some(isSelected);
  if (runsAny) await inTurn(hooks.beforeAll);
  for (const part of parts) {
    if ('parts' in part) await run(part, steps, only, failed);
    else if (isSelected(part) && !(await passes(part.body, steps))) failed.push(titleOf(part));
  }
  if (runsAny) await inTurn(hooks.afterAll);
}

async function inTurn(steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step();
}

async function passes(body: Step, { before, after }: Around): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, TIMEOUT_MS, false);
  });
  const attempt = async (): Promise<boolean> => {
    try {
      await inTurn(before);
      await body();
      return true;
    } catch {
      return false;
    }
  };
  const passed = await Promise.race([attempt(), late]);
  clearTimeout(timer);
  await inTurn(after);
  return passed;
}
