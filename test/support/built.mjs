/** What is built, for processes of the tests' own. By a path made when they run: a fresh checkout, which is linted too, has none of it. */
import { join } from 'node:path';

/** @param path within `dist` */
export const built = (path) => import(join(import.meta.dirname, '..', '..', 'dist', path));
