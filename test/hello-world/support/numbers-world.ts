/** The numbers, sum and product contexts on a durable log in a folder, without HTTP: for properties. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { numberDecider } from '../../../src/contexts/numbers/number.decider.js';
import { numberRecorded, numberRetracted } from '../../../src/contexts/numbers/numbers.events.js';
import { NumbersService } from '../../../src/contexts/numbers/numbers.service.js';
import { productIn, type ProductContext } from '../../../src/contexts/product/product.machine.js';
import { product } from '../../../src/contexts/product/product.projection.js';
import type { SumContext } from '../../../src/contexts/sum/sum.machine.js';
import { sum } from '../../../src/contexts/sum/sum.projection.js';
import { execute } from '../../../src/runtime/command/execute.js';
import { EventLog } from '../../../src/runtime/event-log/event-log.js';
import { position } from '../../../src/runtime/event-log/event.js';
import { LmdbStore } from '../../../src/runtime/stores/lmdb/lmdb.store.js';
import { Problem } from '../../../src/runtime/http/kernel/problem.js';
import { FileSnapshotStore } from '../../../src/runtime/projection/snapshots/file-snapshot-store.js';
import { anyNumber } from './number-events.js';
import { run, type Running } from '../../support/running-projection.js';

export type Step =
  | { readonly kind: 'record'; readonly values: readonly string[] }
  /** Retracts whatever stands there, so often at once; the place is taken modulo what there is, and a bit more. */
  | { readonly kind: 'retract'; readonly place: number; readonly times: number };

const values = fc.array(anyNumber.map(String), { minLength: 1, maxLength: 5 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('record' as const), values }, { noNullPrototype: true }),
  fc.record(
    {
      kind: fc.constant('retract' as const),
      place: fc.nat(10_000),
      times: fc.constantFrom(1, 1, 1, 2, 3),
    },
    { noNullPrototype: true },
  ),
);

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 10 });

/** What must have come about, kept beside the log and without it. */
export class Expected {
  readonly surviving = new Map<number, bigint>();
  head = 0;

  get states(): States {
    const all = [...this.surviving.values()];
    return {
      sum: all.reduce((total, value) => total + value, 0n),
      product: all.reduce((total, value) => total * value, 1n),
      counts: [all.length, all.length],
    };
  }
}

export interface States {
  readonly sum: bigint;
  readonly product: bigint;
  readonly counts: readonly [sum: number, product: number];
}

export interface Read {
  readonly states: States;
  readonly restoredFrom: readonly number[];
  /** How many snapshots could not be read. */
  readonly unreadable: number;
}

/** One life of the process: from opening the log to closing it. */
export class Life {
  readonly #log: EventLog;
  readonly #numbers: NumbersService;
  readonly #sum: Running<SumContext>;
  readonly #product: Running<ProductContext>;

  /** @param snapshots the folder of the snapshots; another one than before, and there are none */
  constructor(
    folder: string,
    private readonly expected: Expected,
    snapshots = join(folder, 'projections'),
  ) {
    this.#log = new EventLog(LmdbStore.open(join(folder, 'log')));
    this.#log.contracts.register([numberRecorded, numberRetracted]);
    this.#numbers = new NumbersService(this.#log);
    const options = (name: string): { store: FileSnapshotStore; every: number } => ({
      store: new FileSnapshotStore(join(snapshots, name)),
      every: 3,
    });
    this.#sum = run(sum, this.#log, options('sum'));
    this.#product = run(product, this.#log, options('product'));
  }

  /** @returns the steps that went otherwise than they must */
  async take(given: readonly Step[]): Promise<readonly Step[]> {
    const wrong: Step[] = [];
    for (const each of given) {
      const isRight = each.kind === 'record' ? await this.#record(each.values) : await this.#retract(each);
      if (!isRight) wrong.push(each);
    }
    return wrong;
  }

  /** Both states, once everything is folded. */
  async read(): Promise<Read> {
    const running = [this.#sum, this.#product];
    await Promise.all(running.map((each) => each.reached(this.expected.head)));
    const recovered = await Promise.all(running.map((each) => each.recovered));
    const { context: sumContext } = this.#sum.projection.state;
    const { context: productContext } = this.#product.projection.state;
    return {
      states: {
        sum: sumContext.total,
        product: productIn(productContext),
        counts: [sumContext.count, productContext.count],
      },
      restoredFrom: recovered.map(({ restoredFrom }) => restoredFrom),
      unreadable: this.#sum.told.unreadable.length + this.#product.told.unreadable.length,
    };
  }

  async end(): Promise<void> {
    await Promise.all([this.#sum.projection.stop(), this.#product.projection.stop()]);
    await this.#log.close();
  }

  async #record(recorded: readonly string[]): Promise<boolean> {
    const { first, last } = await this.#numbers.record(recorded);
    recorded.forEach((value, index) => this.expected.surviving.set(first + index, BigInt(value)));
    const isNext = first === this.expected.head + 1 && last === this.expected.head + recorded.length;
    this.expected.head = last;
    return isNext;
  }

  /** Exactly one of the retractions succeeds if the number survives until now, and none if not. */
  async #retract({ place, times }: Extract<Step, { kind: 'retract' }>): Promise<boolean> {
    const at = place % (this.expected.head + 3);
    const attempts = await Promise.allSettled(
      Array.from({ length: times }, () =>
        execute(this.#log, numberDecider, position(at), 'retract', { reason: 'a test' }),
      ),
    );
    const succeeded = attempts.filter(({ status }) => status === 'fulfilled').length;
    const refused = attempts.filter((each) => each.status === 'rejected' && each.reason instanceof Problem);
    const survived = this.expected.surviving.delete(at);
    if (survived) this.expected.head += 1;
    return succeeded === (survived ? 1 : 0) && succeeded + refused.length === times;
  }
}

/** Damages one byte of the newest snapshot of each projection. */
export async function damageNewest(folder: string, place: number): Promise<void> {
  for (const projection of ['sum', 'product']) {
    const snapshots = join(folder, 'projections', projection);
    const [newest] = (await readdir(snapshots)).sort().reverse();
    if (newest === undefined) continue;
    const bytes = await readFile(join(snapshots, newest));
    const index = place % bytes.length;
    bytes.writeUInt8(bytes.readUInt8(index) ^ 0xff, index);
    await writeFile(join(snapshots, newest), bytes);
  }
}
