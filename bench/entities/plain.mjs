/** The rows that an entity projection writes, written by plain `libsql` with the same settings: one for each event, in transactions of as many. */
import Database from 'libsql';
import { depositOf } from './deposits.mjs';

export const TRANSACTION_EVENTS = 4000;

/** @returns rows a second */
export function writePlain(file, events, keys) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('cache_size = -32768');
  database.pragma('wal_autocheckpoint = 4096');
  database.exec(`
    CREATE TABLE rows (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, digest TEXT NOT NULL,
      state NOT NULL, view TEXT NOT NULL, fault TEXT, status, total);
    CREATE INDEX by_status ON rows (status, key);
    CREATE INDEX by_total ON rows (total, key);
    CREATE INDEX by_both ON rows (status, total, key)`);
  const write = database.prepare(
    `INSERT INTO rows (key, position, digest, state, view, fault, status, total) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET position = excluded.position, digest = excluded.digest, state = excluded.state,
       view = excluded.view, fault = excluded.fault, status = excluded.status, total = excluded.total`,
  );
  const totals = new Map();
  const began = performance.now();
  for (let first = 0; first < events; first += TRANSACTION_EVENTS) {
    database.exec('BEGIN IMMEDIATE');
    for (let number = first; number < Math.min(first + TRANSACTION_EVENTS, events); number += 1) {
      const { account, cents } = depositOf(number, keys);
      const context = totals.get(account) ?? { total: 0, count: 0 };
      totals.set(account, context);
      context.total += cents;
      context.count += 1;
      const status = context.total % 3 === 0 ? 'gold' : 'plain';
      const state = JSON.stringify({ value: 'open', context });
      const view = JSON.stringify({ status, ...context });
      const digest = number.toString(16).padStart(16, '0');
      write.run(account, number, digest, state, view, null, status, context.total);
    }
    database.exec('COMMIT');
  }
  const rate = (events / (performance.now() - began)) * 1000;
  database.close();
  return rate;
}
