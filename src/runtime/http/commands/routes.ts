/** What a decider, or a decision about several subjects, serves: its paths, each with how it is answered and documented. */
import type { AnyCommand } from '../../command/commands.js';
import { creatingCommand, type AnyDecider } from '../../command/decider.js';
import { isOfRuntime } from '../kernel/paths.js';
import { acceptedBy, httpOf } from './command-request.js';
import { ApiCommand, ApiDecision, ApiSubject } from './commands.docs.js';
import { answerCommand, answerCreation, answerDecision, answerSubject } from './answers.js';
import type { AnyDecision, NamedCommand, Route, ServedDecider } from './served.js';

/** What `forFeature` serves: deciders, and decisions about several subjects. */
export type Servable = AnyDecider | AnyDecision;

/** None for what has no commands, or says `http: false`. @throws Error when they cannot be served */
export function routesOf(given: Servable | { readonly name: string }): readonly Route[] {
  if ('kind' in given) return routesOfDecision(given);
  if (!('commands' in given) || Object.keys(given.commands as object).length === 0) return [];
  const served = servedDecider(given);
  return served === undefined ? [] : routesOfDecider(served);
}

/**
 * Undefined when it says `http: false`.
 *
 * @throws Error when two of its commands have one path, several create, or the one that creates claims unique values for a position
 */
function servedDecider(decider: AnyDecider): ServedDecider | undefined {
  if (decider.http === false) return undefined;
  const creates = creatingCommand(decider);
  const all = (Object.entries(decider.commands) as readonly (readonly [string, AnyCommand])[])
    .filter(([, command]) => command.http !== false)
    .map(([name, command]): NamedCommand => {
      const path = httpOf(command).path ?? name;
      return { name, command, path: checkedPath(path, `decider ${decider.name}: command ${name}`) };
    });
  const creating = all.find(({ name }) => name === creates);
  // The owner of a value must be known before it is recorded.
  if (decider.ids.kind === 'position' && creating?.command.unique !== undefined)
    throw new Error(
      `decider ${decider.name}: command ${creating.name} claims unique values, so its subject cannot be named by a position`,
    );
  if (decider.ids.kind === 'text' && creating !== undefined && httpOf(creating.command).body !== undefined)
    throw new Error(
      `decider ${decider.name}: command ${creating.name} takes an id of the client's as a member of its input, so it has no body of its own (http.body)`,
    );
  const commands = all.filter(({ name }) => name !== creates || decider.ids.kind === 'text');
  const twice = commands.find(
    ({ path }, index) => commands.findIndex((other) => other.path === path) < index,
  );
  if (twice !== undefined)
    throw new Error(`decider ${decider.name}: there are two commands at ${twice.path}`);
  const path = ownPath(decider.http.path ?? decider.name, `decider ${decider.name}`);
  return { decider, path, creating, commands };
}

function routesOfDecider(served: ServedDecider): readonly Route[] {
  const { decider, path, creating, commands } = served;
  const scope = `command:${decider.name}` as const;
  return [
    ...(creating === undefined
      ? []
      : [
          {
            method: 'POST' as const,
            path,
            scope,
            accepts: acceptedBy(creating.command),
            documented: ApiCommand(served, creating, { isCreation: true }),
            answer: answerCreation(served, creating),
          },
        ]),
    {
      method: 'GET',
      path: `${path}/:${decider.ids.parameter}`,
      scope,
      accepts: [],
      documented: ApiSubject(served),
      answer: answerSubject(served),
    },
    ...commands.map((named) => ({
      method: 'POST' as const,
      path: `${path}/:${decider.ids.parameter}/${named.path}`,
      scope,
      accepts: acceptedBy(named.command),
      documented: ApiCommand(served, named, { isCreation: false }),
      answer: answerCommand(served, named),
    })),
  ];
}

/** None when it says `http: false`. */
function routesOfDecision(decision: AnyDecision): readonly Route[] {
  const { name } = decision;
  const command = decision.command as AnyCommand;
  if (command.http === false) return [];
  const path = ownPath(command.http?.path ?? name, `decision ${name}`);
  return [
    {
      method: 'POST',
      path,
      scope: `command:${name}`,
      accepts: acceptedBy(command),
      documented: ApiDecision(decision),
      answer: answerDecision(decision),
    },
  ];
}

/** @param path that of the commands and subjects, or of a decision @throws Error when the runtime serves something of its own there */
function ownPath(path: string, where: string): string {
  const [first = ''] = checkedPath(path, where).split('/');
  if (isOfRuntime(first))
    throw new Error(`${where}: /${first} is where the runtime serves its own; give another path (http.path)`);
  return path;
}

/** @throws Error when it is no path of plain segments */
function checkedPath(path: string, where: string): string {
  if (!/^[A-Za-z0-9][\w-]*(?:\/[A-Za-z0-9][\w-]*)*$/.test(path))
    throw new Error(
      `${where}: ${path} is no path; it is made of letters, digits, - and _, as in orders or shop/orders`,
    );
  return path;
}
