/** What can be done with numbers: record, retract, look at one, list the newest. */
import { Injectable } from '@nestjs/common';
import {
  AppendConditionFailed,
  EVERYTHING,
  EventLog,
  START,
  allows,
  commitId,
  execute,
  load,
  position,
  type Commit,
  type Position,
} from '../../runtime/index.js';
import type { CommitOptions } from '../../runtime/http/index.js';
import { NumberNotFound, numberDecider, retract } from './number.decider.js';
import type { NumberContext } from './number.machine.js';
import { numberRecorded } from './numbers.events.js';

export interface NumberView {
  readonly number: NonNullable<NumberContext['recorded']>;
  readonly state: 'recorded' | 'retracted';
  readonly retraction?: NonNullable<NumberContext['retraction']>;
  readonly canBeRetracted: boolean;
  /** The head when it was read. */
  readonly readAt: Position;
}

@Injectable()
export class NumbersService {
  constructor(private readonly log: EventLog) {}

  /** All values in one commit, in this order. */
  record(values: readonly string[], options: CommitOptions = {}): Promise<Commit> {
    return this.log.append(
      values.map((value) => numberRecorded.create({ value })),
      options,
    );
  }

  /** Records the values if the log is empty, and never again. Whether it did. */
  async seed(values: readonly string[]): Promise<boolean> {
    try {
      const { repeated } = await this.log.append(
        values.map((value) => numberRecorded.create({ value })),
        { commitId: commitId('seed'), condition: { query: EVERYTHING, after: START }, fingerprint: 'seed' },
      );
      return !repeated;
    } catch (error) {
      if (error instanceof AppendConditionFailed) return false;
      throw error;
    }
  }

  retract(number: Position, reason: string, options: CommitOptions = {}): Promise<Commit> {
    return execute(this.log, numberDecider, number, retract, { number, reason }, options);
  }

  /** @throws NumberNotFound */
  async find(number: Position): Promise<NumberView> {
    const { state, after } = await load(this.log, numberDecider, number);
    const { recorded, retraction } = state.context;
    if (recorded === undefined) throw new NumberNotFound(String(number));
    return {
      number: recorded,
      state: state.value as NumberView['state'],
      ...(retraction !== undefined && { retraction }),
      canBeRetracted: allows(numberDecider, state, retract),
      readAt: after,
    };
  }

  /** The newest values that were recorded up to a position, oldest first; also those that were retracted since. */
  async newest(through: Position, limit: number): Promise<readonly string[]> {
    const values: string[] = [];
    const recorded = [{ types: [numberRecorded.type] }];
    for await (const page of this.log.read(recorded, { through, limit, backwards: true })) {
      for (const event of page) values.push((event.data as { readonly value: string }).value);
    }
    return values.reverse();
  }

  /** All values that were recorded up to a position, in pages; also those that were retracted since. */
  async *all(through: Position): AsyncGenerator<readonly string[]> {
    for await (const page of this.log.read([{ types: [numberRecorded.type] }], { through }))
      yield page.map((event) => (event.data as { readonly value: string }).value);
  }

  head(): Promise<Position> {
    return this.log.head();
  }
}

/** The position in a URL. @throws NumberNotFound for what can be none */
export function positionOf(text: string): Position {
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new NumberNotFound(text.slice(0, 40));
  return position(Number(text));
}
