/** One PostgreSQL server for all specs of a run, started when the first of them asks for it. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { PostgresServer, findPostgres } from './postgres-server.mjs';

/**
 * Tells the specs by the environment where to ask for it, unless it tells already which server they are to use.
 *
 * @returns what ends it
 */
export async function offerPostgres(environment) {
  if (environment['LEFTFOLD_TEST_POSTGRES']) return () => undefined;
  const programs = findPostgres();
  if (programs === undefined) {
    const missing =
      'there is no PostgreSQL: neither a URL in LEFTFOLD_TEST_POSTGRES nor postgres and initdb on this machine';
    if (environment['LEFTFOLD_TEST_POSTGRES_REQUIRED'] === '1') throw new Error(missing);
    process.stderr.write(`SKIPPED, what needs PostgreSQL: ${missing}\n`);
    return () => undefined;
  }
  let started;
  const door = createServer((_request, response) => {
    started ??= PostgresServer.start(programs);
    started.then(
      ({ url }) => response.end(url),
      (error) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  door.unref();
  environment['LEFTFOLD_TEST_POSTGRES_DOOR'] = `http://127.0.0.1:${door.address().port}`;
  return async () => {
    door.close();
    const server = await started?.catch(() => undefined);
    await server?.remove();
  };
}
