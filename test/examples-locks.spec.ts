/** The examples install what the package of this checkout depends on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dependencies?: Readonly<Record<string, string>>; readonly integrity?: string }>
  >;
}

const read = (path: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', path), 'utf8'));

it.each(['library', 'restaurant'])(
  'the lock file of %s has the dependencies, and no digest of a tarball',
  (example) => {
    const { dependencies } = read('package.json') as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const { packages } = read(`examples/${example}/package-lock.json`) as Lock;
    expect(packages['node_modules/leftfold']?.dependencies).toEqual(dependencies);
    expect(packages['node_modules/leftfold']?.integrity).toBeUndefined();
    for (const name of Object.keys(dependencies)) expect(packages[`node_modules/${name}`]).toBeDefined();
  },
);
