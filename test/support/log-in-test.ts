/** A log of its own for one test: empty, with the contracts that it is about and a clock that the test sets. */
import type { AnyContract } from '../../src/runtime/event-log/contracts/event-contract.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { StoreKind } from './event-stores.js';
import { TemporaryFolder } from './server.js';

export class LogInTest {
  private constructor(
    readonly log: EventLog,
    private readonly clock: { now: Date },
    private readonly folder: TemporaryFolder,
  ) {}

  static async open(kind: StoreKind, contracts: readonly AnyContract[]): Promise<LogInTest> {
    const folder = new TemporaryFolder();
    const clock = { now: new Date('2026-01-31T12:00:00.000Z') };
    const log = new EventLog(await kind.open(folder.path), { now: () => clock.now });
    log.contracts.register(contracts);
    return new LogInTest(log, clock, folder);
  }

  get now(): Date {
    return this.clock.now;
  }

  /** Lets time go by, in milliseconds. */
  wait(milliseconds: number): void {
    this.clock.now = new Date(this.clock.now.getTime() + milliseconds);
  }

  async close(): Promise<void> {
    await this.log.close();
    this.folder.remove();
  }
}
