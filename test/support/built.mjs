/** What is built, for processes of the tests' own. By a path made when they run: a fresh checkout, which is linted too, has none of it. */
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** @param path within `dist` */
export const built = (path) => import(join(root, 'dist', path));

/** @param path of a module of the tests' own application, within `test/support/app` */
export const builtApp = (path) => import(join(root, 'dist-test', 'app', path));
