/** Remembers in a data folder which log its snapshots are of, so that another log under the same URL is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileErrorText } from '../runtime/file-error-text.js';
import { urlWithoutPassword } from '../runtime/stores/postgres/postgres.driver.js';
import { InvalidSetting, isRemote, type Settings } from './settings.js';

const FILE = 'log-identity';

/** @throws InvalidSetting when the snapshots in the data folder are of another log, or the folder cannot be used */
export function requireKnownLog({ store, data }: Pick<Settings, 'store' | 'data'>, identity: string): void {
  const known = knownOrNoted(data, identity);
  if (known === identity) return;
  throw new InvalidSetting(
    'LEFTFOLD_STORE',
    `${isRemote(store) ? store : urlWithoutPassword(store)} keeps the log ${identity}, but the snapshots in ${data} are of the log ${known}; ` +
      'start the right log server, use another LEFTFOLD_DATA, or delete that folder',
  );
}

/** The log that the folder belongs to: this one from now on, if there was none. */
function knownOrNoted(data: string, identity: string): string {
  const file = join(data, FILE);
  try {
    // An empty file is left by a power failure.
    const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (known === '') writeFileSync(file, `${identity}\n`);
    return known === '' ? identity : known;
  } catch (error) {
    const why = fileErrorText(error, file) ?? (error as Error).message;
    throw new InvalidSetting('LEFTFOLD_DATA', `${data} cannot be used: ${why}`);
  }
}
