/** Asks for what the application says of its events. */
import { useAsked } from '../../asked.js';
import { ask } from '../../server.js';
import type { Model } from './model.js';

/** Undefined where an application does not serve it, or as long as it is not known. */
export function useModel(): Model | undefined {
  return useAsked('model', (signal) => ask<Model>('/model', { signal })).value;
}
