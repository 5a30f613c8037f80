/** What a run of the tests needs once: the built program, and where to find PostgreSQL. */
import buildOnce from './build-once.mjs';
import { offerPostgres } from './shared-postgres.mjs';

export default async function globalSetup() {
  await buildOnce();
  globalThis.endPostgres = await offerPostgres(process.env);
}
