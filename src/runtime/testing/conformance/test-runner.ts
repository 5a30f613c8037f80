/**
 * The test runner that the kit runs on: the global functions of Jest, or of Vitest with `globals: true`. They are looked up
 * when they are called, and nothing of a runner is imported.
 */

/** The part of a runner that the kit uses. */
interface TestRunner {
  describe(name: string, body: () => void): void;
  it: TestFunction;
  expect: Expect;
  beforeAll(step: () => unknown, timeout: number): void;
  afterAll(step: () => unknown, timeout: number): void;
  beforeEach(step: () => unknown, timeout: number): void;
  afterEach(step: () => unknown, timeout: number): void;
}

interface TestFunction {
  (name: string, body: () => unknown, timeout: number): void;
  each(
    table: readonly unknown[],
  ): (name: string, body: (...row: never[]) => unknown, timeout: number) => void;
}

interface Expect {
  (actual: unknown): Expectation & {
    readonly not: Expectation;
    readonly resolves: AsyncExpectation & { readonly not: AsyncExpectation };
    readonly rejects: AsyncExpectation & { readonly not: AsyncExpectation };
  };
  any(type: unknown): unknown;
  stringContaining(text: string): unknown;
  stringMatching(pattern: RegExp): unknown;
}

interface Expectation {
  toBe(expected: unknown): void;
  toBeGreaterThan(expected: number): void;
  toBeInstanceOf(type: unknown): void;
  toBeLessThan(expected: number): void;
  toBeUndefined(): void;
  toContain(item: unknown): void;
  toContainEqual(item: unknown): void;
  toEqual(expected: unknown): void;
  toHaveLength(length: number): void;
  toHaveProperty(name: string, value?: unknown): void;
  toMatch(pattern: RegExp | string): void;
  toMatchObject(expected: object): void;
  toStrictEqual(expected: unknown): void;
  toThrow(expected?: unknown): void;
}

type AsyncExpectation = {
  readonly [Name in keyof Expectation]: (...expected: Parameters<Expectation[Name]>) => Promise<void>;
};

/** For each case and each hook, since a store on another machine may be slow. */
const CASE_TIMEOUT_MS = 120_000;

/** @throws Error when the runner has no such global function */
function globalOf<Name extends keyof TestRunner>(name: Name): TestRunner[Name] {
  const found = (globalThis as Partial<TestRunner>)[name];
  if (found !== undefined) return found;
  throw new Error(
    `the conformance kit needs a test runner with a global function ${name}: Jest, or Vitest with "globals: true"`,
  );
}

export function describe(name: string, body: () => void): void {
  globalOf('describe')(name, body);
}

function describeCase(name: string, body: () => unknown): void {
  globalOf('it')(name, body, CASE_TIMEOUT_MS);
}

/** A case for each row: the items of an array are the parameters, any other value is the only one. */
function each<const Row extends readonly unknown[]>(
  table: readonly Row[],
): (name: string, body: (...row: Row) => unknown) => void;
function each<Value>(table: readonly Value[]): (name: string, body: (value: Value) => unknown) => void;
function each(table: readonly unknown[]): (name: string, body: (...row: never[]) => unknown) => void {
  return (name, body) => {
    globalOf('it').each(table)(name, body, CASE_TIMEOUT_MS);
  };
}

export const it = Object.assign(describeCase, { each });

export const expect: Expect = Object.assign((actual: unknown) => globalOf('expect')(actual), {
  any: (type: unknown) => globalOf('expect').any(type),
  stringContaining: (text: string) => globalOf('expect').stringContaining(text),
  stringMatching: (pattern: RegExp) => globalOf('expect').stringMatching(pattern),
});

export function beforeAll(step: () => unknown): void {
  globalOf('beforeAll')(step, CASE_TIMEOUT_MS);
}

export function afterAll(step: () => unknown): void {
  globalOf('afterAll')(step, CASE_TIMEOUT_MS);
}

export function beforeEach(step: () => unknown): void {
  globalOf('beforeEach')(step, CASE_TIMEOUT_MS);
}

export function afterEach(step: () => unknown): void {
  globalOf('afterEach')(step, CASE_TIMEOUT_MS);
}
