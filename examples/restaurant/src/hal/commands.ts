/** Commands as they are linked and asked for: which event each records, how it is carried out, and where its outcome is found. */
import { InvalidBody, execute, executeTogether, type AnyContract, type AnyDecider } from 'leftfold';
import type { AnyDecision, Commit, EventLog, ExecuteOptions } from 'leftfold';

/** What the path says, by the names of its parameters; and `new`, an id for what is made. */
export type Ids = Readonly<Record<string, string>>;
export type Body = Readonly<Record<string, unknown>>;

export interface HalCommand {
  /** It is linked while the chart allows this event. */
  readonly records: AnyContract;
  /** Where what it is about, or what it makes, is found: `/orders/:order`. */
  readonly location: string;
  carryOut(log: EventLog, ids: Ids, body: Body, options: ExecuteOptions): Promise<Commit>;
}

/** Which members of the input are not in the body, but in the path. */
type Given = Readonly<Record<string, string>>;

/** A command of a decider. @param subject the parameter of the path that names whom it is about; `new`: one that is made */
export function command(
  decider: AnyDecider,
  name: string,
  { location, subject, given = {} }: { location: string; subject: string; given?: Given },
): HalCommand {
  const commands = decider.commands as Readonly<Record<string, Pick<HalCommand, 'records'>>>;
  const records = commands[name]?.records;
  if (records === undefined) throw new Error(`${decider.name} has no command ${name}`);
  return {
    records,
    location,
    carryOut: (log, ids, body, options) =>
      execute(log, decider, ids[subject], name, inputOf(body, given, ids), options),
  };
}

/** A decision about several things. */
export function decision(
  decided: AnyDecision,
  records: AnyContract,
  { location, given }: { location: string; given: Given },
): HalCommand {
  return {
    records,
    location,
    carryOut: (log, ids, body, options) => executeTogether(log, decided, inputOf(body, given, ids), options),
  };
}

/** @throws InvalidBody for a member that the path says */
function inputOf(body: Body, given: Given, ids: Ids): Body {
  const twice = Object.keys(given).find((member) => Object.hasOwn(body, member));
  if (twice !== undefined)
    throw new InvalidBody([{ pointer: `#/${twice}`, detail: 'The URL says it already.' }]);
  const said = Object.entries(given).map(([member, parameter]) => [member, ids[parameter]]);
  return { ...body, ...Object.fromEntries(said) };
}
