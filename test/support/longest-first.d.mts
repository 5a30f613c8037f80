export declare const LONGEST: readonly string[];

/** What is read of a spec file to be run. */
interface Test {
  readonly path: string;
  readonly context: {
    readonly config: { readonly cache: boolean };
    readonly hasteFS: { readonly getSize: (path: string) => number };
  };
}

export default class LongestFirst {
  sort(tests: readonly Test[]): readonly Test[];
}
