/**
 * The contexts of the monolith, and the one place that lists them. To add one, import its module and put it in the list.
 * To take the hello world out, delete its import and its entry here, and the folders that README.md names.
 */
import { HelloWorldModule } from '../../contexts/hello-world.module.js';
import type { ContextModule } from '../context-module.js';

export const contexts: readonly ContextModule[] = [
  // one a line
  HelloWorldModule,
];
