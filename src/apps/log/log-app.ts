/** The log alone, for other processes; and the contexts that LEFTFOLD_CONTEXTS names, beside it. */
import type { AppDefinition } from '../app-definition.js';
import type { Parts } from '../context-module.js';
import { contextsNamed } from '../named-contexts.js';
import type { Settings } from '../settings.js';

/**
 * Without contexts it knows no contracts: events are shown in the revisions that they were recorded in, and none are taken at
 * `POST /events`.
 *
 * @throws InvalidSetting for a context that there is not
 */
export function logApp(
  { contexts: names, console, inspect }: Settings,
  { contexts: all, workers }: Parts,
): AppDefinition {
  const contexts = contextsNamed(names, all);
  const hasContexts = contexts.length > 0;
  return {
    parts: { contexts, workers },
    about: {
      title: 'Leftfold: the log',
      description: `One append-only log of events, for other processes${hasContexts ? `, and the contexts ${names.join(', ')}` : ''}.`,
      examples: (url) => [
        `curl ${url}/events`,
        `curl ${url}/head`,
        `LEFTFOLD_APP=context LEFTFOLD_CONTEXTS=NAME LEFTFOLD_STORE=${url} PORT=3001 npm start`,
      ],
    },
    http: {
      events: hasContexts ? true : 'read-only',
      commits: true,
      projections: hasContexts,
      operations: hasContexts,
      model: hasContexts,
      health: true,
      push: true,
      console,
      inspect,
    },
    sharesLog: true,
  };
}
