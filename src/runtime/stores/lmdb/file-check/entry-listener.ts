/** What is told of the entries of a data file while they are checked. */
import type { Key } from './layout.js';

/** The key in the table `about` of the sum over the indexes. */
export const INDEX_SUM = 'indexSum';

export interface EntryListener {
  /** Whether the values of this key are to be told; `value` is called for each of them before the next key. */
  wants(table: string, key: Key): boolean;
  /** Valid during the call. */
  value(value: Key): void;
  /** The text of the entry `indexSum` in the table `about`. */
  keptSum(text: string): void;
}
