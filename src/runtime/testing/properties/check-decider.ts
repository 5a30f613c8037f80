/** A model-based check of a decider: any commands in any order, from every state that they lead to. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { allows, type AnyDecider, type Decider } from '../../command/decider.js';
import { execute, load } from '../../command/execute.js';
import type { AnyCommand } from '../../command/commands.js';
import type { AnyInputSchema, InputOf } from '../../command/input-schema.js';
import { CommandContended } from '../../command/turns.js';
import type { AnyContract } from '../../event-log/contracts/event-contract.js';
import { ContractBroken, InvalidValue } from '../../event-log/errors.js';
import { EventLog } from '../../event-log/event-log.js';
import { InvalidBody, Problem } from '../../http/kernel/problem.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { commitOf, registryOf, storedEvents, type GivenEvent } from '../given-events.js';
import { arbitraryOfInput } from './arbitrary-of.js';
import { asTest, type Step } from './as-test.js';
import { leavesOf, statesOf } from './machine-states.js';

export interface CheckOptions<Id, Schemas> {
  /** How many sequences of commands. Default: 100. */
  readonly runs?: number;
  /** The same seed gives the same sequences. Default: another one each time; a failure tells it. */
  readonly seed?: number;
  /** Of one sequence. Default: 20. */
  readonly maxCommands?: number;
  /** The subjects that commands are about. Default, where they are named by a text: `a` and `b`. */
  readonly ids?: readonly Id[];
  /** What each sequence begins after, as the events that create subjects which are named by their position. */
  readonly given?: readonly GivenEvent[];
  /** In place of what a command's schema says. */
  readonly inputs?: { readonly [Name in keyof Schemas]?: fc.Arbitrary<InputOf<Schemas[Name]>> };
  /** Of what the commands record beside what the decider consumes, as those of unique values. */
  readonly contracts?: readonly AnyContract[];
  /** Commands that may be offered and yet be refused every time, since generated input hardly ever fits. */
  readonly unlikely?: readonly (keyof Schemas & string)[];
}

export interface CheckReport {
  readonly seed: number;
  /** States of the machine that have no states of their own, as in `open.waiting`. */
  readonly reached: readonly string[];
  readonly neverReached: readonly string[];
  /** By the name of the command: how often it recorded events, and how often it was refused. */
  readonly commands: Readonly<Record<string, { readonly recorded: number; readonly refused: number }>>;
}

/** A rule that a decider breaks. The message has the shortest sequence that was found, as a test. */
export class DeciderBroken extends Error {
  override readonly name = 'DeciderBroken';
}

const DEFAULT_RUNS = 100;
const DEFAULT_MAX_COMMANDS = 20;
/** A command that was offered in a state so often and never recorded anything there is reported. */
const MIN_OFFERS = 25;

/**
 * Carries out commands with generated inputs, as `execute` does, over a log in memory. Each of them records events or is refused; what was
 * recorded can be folded, and from the beginning to the same state; what a state offers as a link is possible there.
 *
 * Not seen: what depends on the clock, or on several commands at the same time.
 *
 * @throws DeciderBroken with the shortest sequence of commands that was found
 * @throws CannotGenerate when no input can be made of a command's schema
 */
export async function checkDecider<
  Id,
  Context,
  Schemas extends { readonly [Each in keyof Schemas]: AnyInputSchema },
>(
  decider: Decider<Id, Context, Schemas>,
  options: CheckOptions<NoInfer<Id>, NoInfer<Schemas>> = {},
): Promise<CheckReport> {
  const { runs = DEFAULT_RUNS, maxCommands = DEFAULT_MAX_COMMANDS, seed = Date.now() % 2 ** 31 } = options;
  const check = new Check(decider, options);
  const sequences = fc.array(check.steps, { minLength: 1, maxLength: maxCommands, size: 'max' });
  const details = await fc.check(
    fc.asyncProperty(sequences, async (steps) => {
      await check.run(steps);
    }),
    { numRuns: runs, seed },
  );
  if (details.failed) throw await check.broken(details.counterexample?.[0] ?? [], details);
  check.requirePossible(seed);
  return check.report(seed);
}

interface Failure {
  readonly rule: string;
  readonly cause: unknown;
}

interface AnyCheckOptions extends Omit<CheckOptions<unknown, object>, 'inputs' | 'unlikely'> {
  readonly inputs?: Readonly<Record<string, fc.Arbitrary<unknown> | undefined>>;
  readonly unlikely?: readonly string[];
}

/** Thrown within a run, for fast-check to shrink. */
class RuleBroken extends Error {
  constructor(readonly failure: Failure) {
    super(failure.rule);
  }
}

interface Tally {
  recorded: number;
  refused: number;
}

class Check {
  readonly steps: fc.Arbitrary<Step>;
  readonly #decider: AnyDecider;
  readonly #commands: readonly (readonly [string, AnyCommand])[];
  readonly #reached = new Set<string>();
  readonly #tally = new Map<string, Tally>();
  /** By state and command. */
  readonly #offers = new Map<string, Tally & { readonly state: string; readonly command: string }>();

  constructor(
    decider: AnyDecider,
    private readonly options: AnyCheckOptions,
  ) {
    this.#decider = decider;
    this.#commands = Object.entries(decider.commands as Readonly<Record<string, AnyCommand>>);
    if (this.#commands.length === 0) throw new Error(`the decider ${decider.name} has no commands`);
    const ids = fc.constantFrom(...idsOf(decider, options));
    this.steps = fc.oneof(
      ...this.#commands.map(([command, { input }]) => {
        const what = `decider ${decider.name}, command ${command}`;
        const inputs = options.inputs?.[command] ?? arbitraryOfInput(input, {}, what);
        return fc.record({ id: ids, command: fc.constant(command), input: inputs });
      }),
    );
  }

  /** @returns the log that it has made @throws RuleBroken */
  async run(steps: readonly Step[]): Promise<EventLog> {
    const { contracts = [], given = [] } = this.options;
    const { name, consumes } = this.#decider;
    const registry = registryOf(given, consumes, contracts);
    const store = new MemoryStore();
    for (const event of storedEvents(given, registry, `the decider ${name}`))
      await store.append(commitOf(event));
    const open = (): EventLog => {
      const log = new EventLog(store);
      log.contracts.register(registry.all());
      return log;
    };
    const log = open();
    for (const step of steps) {
      await this.#take(step, log);
      await this.#requireSameState(step, log, open());
    }
    return log;
  }

  async #take({ id, command, input }: Step, log: EventLog): Promise<void> {
    const { state } = await load(log, this.#decider, id);
    this.#noteStates(state.value);
    const definition = this.#commands.find(([name]) => name === command)?.[1];
    const isOffered = definition !== undefined && allows(this.#decider, state, definition);
    const isRecorded = await this.#isRecorded({ id, command, input }, log);
    const tally = isRecorded ? 'recorded' : 'refused';
    tallyOf(this.#tally, command)[tally] += 1;
    if (!isOffered) return;
    const where = JSON.stringify(state.value).replaceAll('"', '');
    const key = `${where} ${command}`;
    const offers = this.#offers.get(key) ?? { recorded: 0, refused: 0, state: where, command };
    offers[tally] += 1;
    this.#offers.set(key, offers);
  }

  async #isRecorded({ id, command, input }: Step, log: EventLog): Promise<boolean> {
    try {
      await execute(log, this.#decider, id, command as never, input as never);
      return true;
    } catch (error) {
      if (error instanceof ContractBroken || error instanceof InvalidValue)
        throw new RuleBroken({
          rule: `${command} made events that cannot be recorded: ${placesIn(error)}`,
          cause: error,
        });
      if (error instanceof InvalidBody)
        throw new RuleBroken({
          rule: `${command} does not take what was generated for it: ${error.detail}`,
          cause: error,
        });
      if (error instanceof Problem && !(error instanceof CommandContended)) return false;
      throw new RuleBroken({ rule: `${command} failed: ${String(error)}`, cause: error });
    }
  }

  /** @param afresh over the same store, with no state in memory */
  async #requireSameState({ id, command }: Step, log: EventLog, afresh: EventLog): Promise<void> {
    const { state } = await load(log, this.#decider, id);
    this.#noteStates(state.value);
    try {
      const folded = await load(afresh, this.#decider, id);
      if (isDeepStrictEqual(folded.state, state)) return;
    } catch (error) {
      throw new RuleBroken({
        rule: `what ${command} recorded cannot be folded: ${String(error)}`,
        cause: error,
      });
    }
    throw new RuleBroken({
      rule: `after ${command}, the events folded from the beginning give another state: the machine is not pure`,
      cause: undefined,
    });
  }

  #noteStates(value: unknown): void {
    for (const leaf of leavesOf(value)) this.#reached.add(leaf);
  }

  /** The shortest sequence, as a test. */
  async broken(
    found: readonly Step[],
    { seed, numRuns }: { readonly seed: number; readonly numRuns: number },
  ): Promise<DeciderBroken> {
    const { name } = this.#decider;
    const steps = await this.#shortened(found);
    const failure = await this.#failureOf(steps);
    const last = steps.at(-1);
    const before = last === undefined ? undefined : await this.#logBefore(steps);
    const text = last === undefined || before === undefined ? '' : await asTest(this.#decider, before, last);
    const when = `after ${steps.length} ${steps.length === 1 ? 'command' : 'commands'} (seed ${seed}, run ${numRuns})`;
    const rule = failure?.rule ?? 'it fails now and then, with the same commands';
    return new DeciderBroken(`the decider ${name} breaks a rule ${when}: ${rule}\n\n${text}`, {
      cause: failure?.cause,
    });
  }

  /** fast-check leaves some commands that are not needed. */
  async #shortened(found: readonly Step[]): Promise<readonly Step[]> {
    let steps = found;
    for (let place = 0; place < steps.length;) {
      const without = steps.toSpliced(place, 1);
      if ((await this.#failureOf(without)) === undefined) place += 1;
      else steps = without;
    }
    return steps;
  }

  async #failureOf(steps: readonly Step[]): Promise<Failure | undefined> {
    try {
      await this.run(steps);
      return undefined;
    } catch (error) {
      return error instanceof RuleBroken ? error.failure : { rule: String(error), cause: error };
    }
  }

  async #logBefore(steps: readonly Step[]): Promise<EventLog | undefined> {
    return this.run(steps.slice(0, -1)).catch(() => undefined);
  }

  /** @throws DeciderBroken */
  requirePossible(seed: number): void {
    const { unlikely = [] } = this.options;
    const dead = [...this.#offers.values()].find(
      ({ recorded, refused, command }) =>
        recorded === 0 && refused >= MIN_OFFERS && !unlikely.includes(command),
    );
    if (dead === undefined) return;
    const { state, command, refused } = dead;
    throw new DeciderBroken(
      `the decider ${this.#decider.name} offers ${command} in ${state}, where it was refused all of ${refused} times (seed ${seed}). If what was generated does not fit, give inputs: { ${command}: fc… }, or name it in unlikely`,
    );
  }

  report(seed: number): CheckReport {
    const all = statesOf(this.#decider.machine);
    return {
      seed,
      reached: all.filter((state) => this.#reached.has(state)),
      neverReached: all.filter((state) => !this.#reached.has(state)),
      commands: Object.fromEntries(this.#commands.map(([name]) => [name, { ...tallyOf(this.#tally, name) }])),
    };
  }
}

function tallyOf(all: Map<string, Tally>, name: string): Tally {
  const tally = all.get(name) ?? { recorded: 0, refused: 0 };
  all.set(name, tally);
  return tally;
}

function idsOf({ name, ids }: AnyDecider, given: AnyCheckOptions): readonly unknown[] {
  if (given.ids !== undefined) return given.ids;
  if (ids.kind === 'text') return ['a', 'b'];
  throw new Error(
    `the subjects of the decider ${name} are named by positions: say which, as in { ids: [position(1)], given: [ … ] }`,
  );
}

const placesIn = ({ faults, detail }: Problem): string =>
  faults.map(({ pointer = '', detail: each }) => `${pointer} ${each}`).join('; ') || detail;
