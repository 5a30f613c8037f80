/** OpenAPI of commands and subjects. */
import { z } from 'zod';
import { CommitIdReused } from '../../event-log/errors.js';
import type { AnyCommand } from '../../command/commands.js';
import type { AnyDecider } from '../../command/decider.js';
import { faultsIn, jsonSchemaOf, type InputSchema } from '../../command/input-schema.js';
import type { SubjectIds } from '../../command/subject-ids.js';
import { CommandContended } from '../../command/turns.js';
import {
  APPENDING_PROBLEMS,
  CANNOT_BE_FOLDED,
  READING_PROBLEMS,
  UNREADABLE,
} from '../events/log-problems.js';
import {
  ApiEndpoint,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  type Answer,
} from '../kernel/api-docs.js';
import { schemaFrom, type JsonSchema, type Schema } from '../kernel/api-schema.js';
import { JSON_TYPE, bodyProblems } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidBody, InvalidHeader, InvalidParameter, Problem } from '../kernel/problem.js';
import { apiCommand } from '../projections/projections.docs.js';
import { parametersIn } from './command-path.js';
import { bodyOf, pathMembers, propertiesOf, sentence } from './command-input.docs.js';
import { acceptedBy, httpOf } from './command-request.js';
import { noSuchSubject } from './no-such-subject.js';
import type { AnyDecision, NamedCommand, ServedDecider } from './served.js';

const UNKNOWN_PARAMETER = new InvalidParameter('dry', 'There is no parameter dry; there are none here.');

const CONTENDED = new CommandContended('1000 commands wait for the same subject; try again later.');

/** Where a state is folded from the log. */
const UNFOLDABLE: readonly Problem[] = [UNREADABLE, CANNOT_BE_FOLDED];

const NOT_ACCEPTABLE = new NotAcceptable([JSON_TYPE]);

const POSITION: JsonSchema = { type: 'integer', minimum: 1 };

/** @param options `isCreation`: whether the subject is created, and named by the body */
export function ApiCommand(
  served: ServedDecider,
  { name, command, path: commandPath }: NamedCommand,
  { isCreation }: { readonly isCreation: boolean },
): MethodDecorator {
  const { decider, path, creating } = served;
  const { ids } = decider;
  const id = `${name}${title(decider.name)}${!isCreation && name === creating?.name ? 'As' : ''}`;
  const { operationId } = httpOf(command);
  const isNamedAfterwards = ids.kind === 'position' && isCreation;
  return ApiEndpoint({
    tag: path,
    summary: command.summary ?? `${sentence(name)} ${decider.name}`,
    id: operationId ?? id,
    is: { kind: 'command', decider: decider.name, command: name, creates: isCreation },
    ...(!isCreation && {
      path: {
        [ids.parameter]: schemaFrom({ ...ids.schema, example: ids.example }),
        ...pathMembers(command, commandPath),
      },
    }),
    headers: COMMAND_HEADERS,
    body: bodyOf(id, command, {
      ...(isCreation && ids.kind === 'text' && { ids }),
      ...(!isCreation && { path: commandPath }),
    }),
    answers: recorded(
      command,
      `${name}${title(decider.name)}`,
      standardAnswers(decider, command, isCreation),
      served,
    ),
    problems: distinct([
      ...(isCreation ? [] : subjectProblems(decider, name === creating?.name)),
      ...commandProblems(command),
      // What is named afterwards is made without reading anything, unless it is shown.
      ...(isNamedAfterwards ? [] : [...decider.problems, CONTENDED]),
      ...(isNamedAfterwards && httpOf(command).shows !== true ? [] : UNFOLDABLE),
      ...(command.problems ?? []),
      ...APPENDING_PROBLEMS,
    ]),
  });
}

export function ApiSubject(served: ServedDecider): MethodDecorator {
  const { decider, path } = served;
  const { ids } = decider;
  return ApiEndpoint({
    tag: path,
    summary: `One ${decider.name}, and what can be done with it now`,
    id: `find${title(decider.name)}`,
    is: { kind: 'subject', decider: decider.name },
    path: { [ids.parameter]: schemaFrom({ ...ids.schema, example: ids.example }) },
    answers: {
      200: {
        description: 'As the log has it now',
        headers: POSITION_HEADER,
        body: subjectSchema(served),
      },
    },
    problems: distinct([
      UNKNOWN_PARAMETER,
      ...subjectProblems(decider, false),
      ...READING_PROBLEMS,
      ...UNFOLDABLE,
      NOT_ACCEPTABLE,
    ]),
  });
}

/** Its path has members of the input in braces. */
const apiTemplatedCommand = apiCommand
  .extend({ templated: z.literal(true) })
  .meta({ title: 'TemplatedCommandLink' });

/** What is shown of a subject, with links to its commands. */
function subjectSchema({ decider, commands }: ServedDecider): Schema {
  const links = {
    type: 'object',
    description: 'Those that are possible now; whether one allows an input shows when it is sent',
    properties: Object.fromEntries(
      commands.map(({ name, path }) => [
        name,
        jsonSchemaOf(parametersIn(path).length > 0 ? apiTemplatedCommand : apiCommand),
      ]),
    ),
  };
  const shown = shownOf(decider);
  return schemaFrom({
    title: title(decider.name),
    ...shown,
    required: [...((shown['required'] as readonly string[] | undefined) ?? []), 'commands'],
    properties: { ...propertiesOf(shown), commands: links },
  });
}

export function ApiDecision(decision: AnyDecision): MethodDecorator {
  const { name } = decision;
  const command = decision.command as AnyCommand;
  const { path = name } = httpOf(command);
  return ApiEndpoint({
    tag: path.split('/', 1)[0] ?? name,
    summary: command.summary ?? sentence(name),
    id: httpOf(command).operationId ?? name,
    is: { kind: 'decision', decision: name },
    path: pathMembers(command, path),
    headers: COMMAND_HEADERS,
    body: bodyOf(name, command, { path }),
    answers: recorded(command, name, [range(RANGE)]),
    problems: distinct([
      ...commandProblems(command),
      CONTENDED,
      ...(command.problems ?? []),
      ...APPENDING_PROBLEMS,
      ...UNFOLDABLE,
    ]),
  });
}

function commandProblems(command: AnyCommand): readonly Problem[] {
  return [
    UNKNOWN_PARAMETER,
    new InvalidHeader('Idempotency-Key', 'A key is 1 to 200 printable ASCII characters, best a UUID.'),
    ...bodyProblems(acceptedBy(command)),
    invalidBody(command),
    new CommitIdReused(),
    ...(httpOf(command).status === 204 ? [] : [NOT_ACCEPTABLE]),
  ];
}

/** What an empty object is refused with, if the schema says so at once. */
function invalidBody(command: AnyCommand): InvalidBody {
  const schema: InputSchema = httpOf(command).body ?? command.input;
  const result = schema['~standard'].validate({});
  if (!(result instanceof Promise) && result.issues !== undefined)
    return new InvalidBody(faultsIn(result.issues).slice(0, 1));
  return new InvalidBody([{ detail: 'there is no such field', pointer: '#/fields' }]);
}

/** For a text that can be no id, and for a subject that is not there. */
function subjectProblems(decider: AnyDecider, mayCreate: boolean): readonly Problem[] {
  const { ids, fold } = decider;
  return [...(mayCreate ? [] : [noSuchSubject(decider, fold.initial, ids.example)]), ...idProblem(ids)];
}

function idProblem({ read }: SubjectIds<unknown>): readonly Problem[] {
  try {
    read('\\');
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error];
    throw error;
  }
}

/** One of each type: the first. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.toReversed().map((each) => [each.type, each])).values()].toReversed();
}

/**
 * @param name of the schema of an answer that the command says itself
 * @param of the decider, whose subject may be shown
 */
function recorded(
  command: AnyCommand,
  name: string,
  standard: readonly JsonSchema[],
  of?: ServedDecider,
): Readonly<Record<number, Answer>> {
  const { answerSchema, shows = false, status = 201 } = httpOf(command);
  const own = answerSchema && { title: `${sentence(name)}Answer`, ...jsonSchemaOf(answerSchema) };
  const body =
    shows && of !== undefined
      ? subjectSchema(of)
      : schemaFrom(own ?? (standard.length === 1 ? (standard[0] ?? {}) : { oneOf: standard }));
  return {
    [status]: {
      description: 'Recorded, and safe from power loss',
      headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
      ...(status !== 204 && { body }),
    },
  };
}

/** What is answered for one input, and for several if they are taken. */
function standardAnswers(
  { name, ids }: AnyDecider,
  command: AnyCommand,
  isCreation: boolean,
): readonly JsonSchema[] {
  const { many = false } = httpOf(command);
  const id = { [ids.parameter]: ids.schema };
  const isText = ids.kind === 'text';
  const members = isText || !isCreation ? { ...id, position: POSITION } : id;
  const one = objectOf(`${title(name)}${'position' in members ? 'Recorded' : 'Created'}`, members);
  if (!many) return [one];
  if (!isCreation) return [one, range(`${title(name)}RecordedRange`, id)];
  const created = isText ? { ids: { type: 'array', items: ids.schema } } : {};
  return [one, range(isText ? `${title(name)}CreatedRange` : RANGE, created)];
}

const RANGE = 'RecordedRange';

/** Where a commit of several events is. */
function range(name: string, members: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return objectOf(name, { ...members, first: POSITION, last: POSITION });
}

function objectOf(name: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { title: name, type: 'object', required: Object.keys(properties), properties };
}

/** What `GET` shows beside the commands. A view without a schema may have any members, and so may a context. */
function shownOf({ ids, http }: AnyDecider): JsonSchema {
  if (http !== false && http.viewSchema !== undefined) return jsonSchemaOf(http.viewSchema);
  if (http !== false && http.view !== undefined) return { type: 'object', additionalProperties: true };
  return {
    type: 'object',
    required: [ids.parameter, 'state'],
    properties: { [ids.parameter]: ids.schema, state: { description: 'The state of its machine' } },
    additionalProperties: true,
  };
}

function title(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
