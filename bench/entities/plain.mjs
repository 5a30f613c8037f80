/** The rows that an entity projection writes, written by plain `libsql`: one for each event, in transactions of as many. */
import Database from 'libsql';

export const TRANSACTION_EVENTS = 4000;

/** @returns rows a second */
export function writePlain(file, events, keys) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
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
  const state = JSON.stringify({ value: 'open', context: { total: 123456, count: 10 } });
  const began = performance.now();
  for (let first = 0; first < events; first += TRANSACTION_EVENTS) {
    database.exec('BEGIN IMMEDIATE');
    for (let number = first; number < Math.min(first + TRANSACTION_EVENTS, events); number += 1) {
      const status = number % 3 === 0 ? 'gold' : 'plain';
      const view = `{"status":"${status}","total":${number},"count":10}`;
      write.run(`a${(number * 7919) % keys}`, number, '0123456789abcdef', state, view, null, status, number);
    }
    database.exec('COMMIT');
  }
  const rate = (events / (performance.now() - began)) * 1000;
  database.close();
  return rate;
}
