/** Remembers in a data folder which log its snapshots are of, so that another log under the same URL is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSetting, type Settings } from './settings.js';

const FILE = 'log-identity';

/** @throws InvalidSetting when the snapshots in the data folder are of another log */
export function requireKnownLog({ store, data }: Pick<Settings, 'store' | 'data'>, identity: string): void {
  const file = join(data, FILE);
  if (!existsSync(file)) {
    writeFileSync(file, `${identity}\n`);
    return;
  }
  const known = readFileSync(file, 'utf8').trim();
  if (known === identity) return;
  throw new InvalidSetting(
    'LEFTFOLD_STORE',
    `${store.replace(/\/\/[^/@]*@/, '//')} keeps the log ${identity}, but the snapshots in ${data} are of the log ${known}; ` +
      'start the right log server, use another LEFTFOLD_DATA, or delete that folder',
  );
}
