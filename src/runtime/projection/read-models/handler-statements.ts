/** Which statements a handler or a schema may not run: those that would end or break the runtime's transaction, or its checkpoint. */
import { CHECKPOINT_TABLE } from './tables-checkpoint.js';

/** What may stand before a statement. */
const BEFORE = String.raw`^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|;)*`;

interface Refused {
  readonly pattern: RegExp;
  /** Ends the sentence that begins with whose statement it is. */
  readonly why: string;
}

const REFUSED: readonly Refused[] = [
  {
    pattern: new RegExp(
      `${BEFORE}(?:begin|start\\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\\s+transaction)\\b`,
      'i',
    ),
    why: 'runs within a transaction of the runtime, and neither ends it nor begins another one',
  },
  {
    pattern: new RegExp(`${BEFORE}(?:pragma|attach|detach|vacuum)\\b`, 'i'),
    why: 'runs on a connection of the runtime, which is neither set (PRAGMA) nor given other databases (ATTACH, DETACH, VACUUM); of the columns of a table, select from pragma_table_info',
  },
  {
    pattern: new RegExp(
      `${BEFORE}(?:set(?!\\s+local\\b)|set\\s+local\\s+(?:transaction|session|role|search_path)|reset|discard)\\b|\\bset_config\\b`,
      'i',
    ),
    why: 'runs on a connection of the runtime, and sets nothing that outlasts the statement or leads to other tables (SET, RESET, DISCARD, set_config); SET LOCAL of another setting is let through',
  },
];

/** Beside names, where a semicolon or a word is no part of the statement. */
const TEXTS = /'[^']*(?:''[^']*)*'|--[^\n]*|\/\*[\s\S]*?\*\//g;
const OF_CHECKPOINT = new RegExp(CHECKPOINT_TABLE, 'i');

/** @param whose the handler, or the schema, as a sentence begins with it @throws Error */
export function requireHarmless(sql: string, whose: string): void {
  const refused = REFUSED.find(({ pattern }) => pattern.test(sql));
  if (refused !== undefined) throw new Error(`${whose} ${refused.why}`);
  if (OF_CHECKPOINT.test(sql) && OF_CHECKPOINT.test(sql.replace(TEXTS, ' ')))
    throw new Error(
      `${whose} leaves the table ${CHECKPOINT_TABLE} alone: the runtime keeps there how far the log is in the tables`,
    );
}
