/** A server on LMDB that is killed under load: numbers, batches, retractions, conditions and idempotency keys. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LmdbReader } from '../../src/runtime/stores/lmdb/lmdb.reader.js';
import { printed } from '../support/cli.js';
import {
  brokenConditions,
  expectedStates,
  gaps,
  halfCommits,
  readFound,
  recordedRefusals,
  statesOf,
  unasked,
  unfulfilledAcknowledgements,
  type Found,
} from '../support/entries-found.js';
import { Connection, acknowledged } from '../support/entries-load.js';
import { Random } from '../support/random.js';
import { Server, TemporaryFolder } from '../support/server.js';

/** How often it is killed; on a machine with time to spare, more often. */
const CRASHES = Number(process.env['LEFTFOLD_TEST_CRASHES'] ?? '25');
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const CONNECTIONS = 16;
/** A log is used for so many crashes: every round reads it all. */
const CRASHES_A_LOG = 25;

const logs = Array.from({ length: Math.ceil(CRASHES / CRASHES_A_LOG) }, (_, index) => ({
  seed: SEED + index * CONNECTIONS,
  crashes: Math.min(CRASHES_A_LOG, CRASHES - index * CRASHES_A_LOG),
}));

describe.each(logs)(
  'a server that is killed in the middle of its work (LEFTFOLD_TEST_SEED=$seed)',
  (each) => {
    const folder = new TemporaryFolder();
    const random = new Random(each.seed);
    const connections = Array.from(
      { length: CONNECTIONS },
      (_, index) => new Connection(index + 1, new Random(each.seed + index + 1)),
    );
    const environment = { LEFTFOLD_DATA: folder.path, LEFTFOLD_SNAPSHOT_EVERY: '50' };
    let server: Server;
    let found: Found;

    const restart = async (): Promise<void> => {
      server = await Server.start(environment);
      await server.ready();
    };

    beforeAll(restart, 30_000);

    afterAll(async () => {
      await server.kill();
      folder.remove();
    });

    const asked = (): Found['asked'] => connections.flatMap((connection) => connection.asked);

    describe.each(Array.from({ length: each.crashes }, (_, index) => index + 1))('for the %ith time', () => {
      beforeAll(async () => {
        const loads = connections.map((connection) => connection.load(server));
        const kill = async (): Promise<void> => {
          await acknowledged(connections, random.integer(1, 120));
          await pause(random.integer(0, 50));
          await server.kill();
        };
        await Promise.all([kill(), ...loads]);
        await restart();
        found = await readFound(server, asked());
      }, 60_000);

      it('has everything that was ever acknowledged, once, at its position', () => {
        expect(unfulfilledAcknowledgements(found)).toEqual([]);
      });

      it('has no half of a commit', () => {
        expect(halfCommits(found)).toEqual([]);
      });

      it('has nothing that nobody asked for', () => {
        expect(unasked(found)).toEqual([]);
      });

      it('has nothing of what was refused, and nothing whose condition did not hold', () => {
        expect(recordedRefusals(found)).toEqual([]);
        expect(brokenConditions(found)).toEqual([]);
      });

      it('has positions from 1 on without a gap', () => {
        expect(gaps(found)).toEqual([]);
      });

      it('has a chain of hashes from the first commit to the last', async () => {
        const log = LmdbReader.open(join(folder.path, 'log'));
        let through = 0;
        for await (const commits of log.commits()) through = commits.at(-1)?.last ?? through;
        await log.close();
        expect(through).toBe(found.events.length);
      });

      it('has the states that a full fold of its log gives', async () => {
        expect(await statesOf(server, found.events.length)).toEqual(expectedStates(found));
      });
    });

    it('was under load of every kind each time', () => {
      const recorded = asked().filter(({ at }) => at !== undefined);
      expect(recorded.length).toBeGreaterThan(each.crashes);
      expect(recorded.some(({ retracts }) => retracts !== undefined)).toBe(true);
      expect(recorded.some(({ values }) => values.length > 1)).toBe(true);
      expect(recorded.some(({ key }) => key !== undefined)).toBe(true);
      expect(recorded.some(({ condition }) => condition !== undefined)).toBe(true);
      expect(asked().some(({ condition, isRefused }) => condition !== undefined && isRefused)).toBe(true);
    });

    it('passes `leftfold verify`', async () => {
      const line = await printed(['verify', '--quiet', '--data', folder.path]);
      expect(line).toMatch(new RegExp(`^${found.events.length} [0-9a-f]{64}\n$`));
    });

    it.each(['balance', 'factor'])('had cut snapshots of the %s', (projection) => {
      const files = readdirSync(join(folder.path, 'projections', projection));
      expect(files.filter((name) => name.endsWith('.snapshot'))).not.toEqual([]);
    });
  },
);
