/** What a decider, or a decision about several subjects, serves: its paths, each with how it is answered and documented. */
import type { AnyCommand } from '../../command/commands.js';
import { creatingCommand, type AnyDecider } from '../../command/decider.js';
import { isOfRuntime } from '../kernel/paths.js';
import { requireServable } from './checked-command.js';
import { asRoute, parametersIn, requirePath } from './command-path.js';
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

/** Where a decider and its commands are served, with names of parameters in braces: `orders`, and `orders/{id}/payment` by the name of the command. */
export interface Places {
  readonly path: string;
  readonly commands: ReadonlyMap<string, string>;
}

/** Undefined for what has no commands, or says `http: false`. */
export function placesOf(decider: AnyDecider): Places | undefined {
  if (Object.keys(decider.commands as object).length === 0) return undefined;
  const served = servedDecider(decider);
  if (served === undefined) return undefined;
  const { path, commands, creating } = served;
  const places = new Map(commands.map((named) => [named.name, placeIn(served, named)]));
  if (creating !== undefined) places.set(creating.name, path);
  return { path, commands: places };
}

/** Undefined when it says `http: false`. */
export function placeOfDecision({ name, command }: AnyDecision): string | undefined {
  const { http } = command as AnyCommand;
  return http === false ? undefined : (http?.path ?? name);
}

const placeIn = ({ path, decider }: ServedDecider, command: NamedCommand): string =>
  `${path}/{${decider.ids.parameter}}/${command.path}`;

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
      const where = `decider ${decider.name}: command ${name}`;
      const path = httpOf(command).path ?? name;
      requirePath(path, where);
      requireServable(command, where, decider.ids.parameter);
      return { name, command, path };
    });
  const creating = all.find(({ name }) => name === creates);
  if (creating !== undefined) requireCreation(decider, creating);
  const commands = all.filter(({ name }) => name !== creates || decider.ids.kind === 'text');
  const twice = commands.find(
    ({ path }, index) => commands.findIndex((other) => placeOf(other.path) === placeOf(path)) < index,
  );
  if (twice !== undefined)
    throw new Error(`decider ${decider.name}: there are two commands at ${twice.path}`);
  const path = ownPath(decider.http.path ?? decider.name, `decider ${decider.name}`);
  const [parameter] = parametersIn(path);
  if (parameter !== undefined)
    throw new Error(
      `decider ${decider.name}: {${parameter}} is in its path (http.path); only paths of commands name members of an input`,
    );
  return { decider, path, creating, commands };
}

/** @throws Error when the command cannot create subjects that are named as its decider says, or has a path that would have no effect */
function requireCreation(decider: AnyDecider, { name, command }: NamedCommand): void {
  const where = `decider ${decider.name}: command ${name}`;
  const { path, body } = httpOf(command);
  // The owner of a value must be known before it is recorded.
  if (decider.ids.kind === 'position' && command.unique !== undefined)
    throw new Error(`${where} claims unique values, so its subject cannot be named by a position`);
  if (decider.ids.kind === 'position' && path !== undefined)
    throw new Error(
      `${where} creates its subject, which has no id before, so it is served at the path of its decider (http.path of the decider) and has none of its own`,
    );
  if (parametersIn(path ?? '').length > 0)
    throw new Error(
      `${where} creates its subject, so its body has the whole input, and its path (http.path) names no members of it`,
    );
  if (decider.ids.kind === 'text' && body !== undefined)
    throw new Error(
      `${where} takes an id of the client's as a member of its input, so it has no body of its own (http.body)`,
    );
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
      path: asRoute(placeIn(served, named)),
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
  const where = `decision ${name}`;
  requireServable(command, where, undefined);
  if (command.http?.shows === true)
    throw new Error(`${where} is about several subjects, so it shows none (http.shows)`);
  const path = ownPath(command.http?.path ?? name, where);
  return [
    {
      method: 'POST',
      path: asRoute(path),
      scope: `command:${name}`,
      accepts: acceptedBy(command),
      documented: ApiDecision(decision),
      answer: answerDecision(decision),
    },
  ];
}

/** Whatever its parameters are called. */
function placeOf(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}');
}

/** @param path that of the commands and subjects, or of a decision @throws Error when the runtime serves something of its own there */
function ownPath(path: string, where: string): string {
  requirePath(path, where);
  const [first = ''] = path.split('/');
  if (first.startsWith('{')) throw new Error(`${where}: ${path} begins with a parameter; begin with a name`);
  if (isOfRuntime(first))
    throw new Error(`${where}: /${first} is where the runtime serves its own; give another path (http.path)`);
  return path;
}
