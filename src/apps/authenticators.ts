/** Which credentials the settings name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.js';

/** Whether any credentials count: a key that has neither expired nor been revoked, or an issuer of JWTs. */
export function hasCredentials({ data }: Settings): boolean {
  return existsSync(join(data, 'keys.json'));
}
