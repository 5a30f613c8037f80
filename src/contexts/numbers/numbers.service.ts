/** Records numbers in code, and lists the newest. */
import { Injectable } from '@nestjs/common';
import {
  AppendConditionFailed,
  EVERYTHING,
  EventLog,
  START,
  commitId,
  type AppendOptions,
  type Commit,
  type Position,
  type RecordedEvent,
} from '../../runtime/index.js';
import { numberRecorded } from './numbers.events.js';

const RECORDED = [{ types: [numberRecorded.type] }];

@Injectable()
export class NumbersService {
  constructor(private readonly log: EventLog) {}

  /** All values in one commit, in this order. */
  record(values: readonly string[], options: AppendOptions = {}): Promise<Commit> {
    const events = values.map((value) => numberRecorded.create({ value }));
    return this.log.append(events, options);
  }

  /** Records the values if the log is empty, and never again. Whether it did. */
  async seed(values: readonly string[]): Promise<boolean> {
    try {
      const condition = { query: EVERYTHING, after: START };
      const options = { commitId: commitId('seed'), condition, fingerprint: 'seed' };
      return !(await this.record(values, options)).repeated;
    } catch (error) {
      if (error instanceof AppendConditionFailed) return false;
      throw error;
    }
  }

  /** The newest values that were recorded up to a position, oldest first; also those that were retracted since. */
  async newest(through: Position, limit: number): Promise<readonly string[]> {
    const values: string[] = [];
    for await (const page of this.log.read(RECORDED, { through, limit, backwards: true }))
      values.push(...page.map(valueOf));
    return values.reverse();
  }

  /** All values that were recorded up to a position, in pages; also those that were retracted since. */
  async *all(through: Position): AsyncGenerator<readonly string[]> {
    for await (const page of this.log.read(RECORDED, { through })) yield page.map(valueOf);
  }

  head(): Promise<Position> {
    return this.log.head();
  }
}

function valueOf({ data }: RecordedEvent): string {
  return (data as { readonly value: string }).value;
}
