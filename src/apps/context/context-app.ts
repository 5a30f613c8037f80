/** The contexts that LEFTFOLD_CONTEXTS names, over a log that another process serves or that is in a database. */
import { PROTOCOL_PATHS } from '../../runtime/http/kernel/paths.js';
import type { AppDefinition } from '../app-definition.js';
import { aboutOf, type Parts } from '../context-module.js';
import { contextsNamed } from '../named-contexts.js';
import { InvalidSetting, type Settings } from '../settings.js';
import { ReceiveModule } from './receive.js';

/** @throws InvalidSetting when no context is named, or one that there is not; when the log is of this process alone */
export function contextApp(
  { contexts: names, store, commits, console, inspect }: Settings,
  { contexts: all, workers }: Parts,
): AppDefinition {
  if (names.length === 0)
    throw new InvalidSetting('LEFTFOLD_CONTEXTS', 'must name at least one context, separated by commas');
  const contexts = contextsNamed(names, all);
  if (store === 'lmdb' || store === 'memory')
    throw new InvalidSetting(
      'LEFTFOLD_STORE',
      `must be the URL of a log server, as in http://127.0.0.1:3000, or of a database: a context shares its log with others (it is ${JSON.stringify(store)})`,
    );
  const [only] = names;
  return {
    parts: { contexts: [...contexts, ReceiveModule], workers },
    about: {
      ...aboutOf(contexts),
      title: `Leftfold: ${names.join(', ')}`,
      description: `The contexts ${names.join(', ')}, folded over the log of another process.`,
      examples: (url) => names.map((name) => `curl ${url}/${name}`),
    },
    http: {
      events: true,
      commits,
      projections: true,
      operations: true,
      model: true,
      health: true,
      push: true,
      console,
      inspect,
    },
    // The hello-world protocol: a process with one state.
    ...(names.length === 1 && { aliases: new Map([[`/${PROTOCOL_PATHS.state}`, `/${String(only)}/state`]]) }),
    isBoundToLog: true,
    sharesLog: true,
  };
}
