/** Two processes of one program over one log that is new. */
import { join } from 'node:path';
import { TemporaryDatabase } from './postgres.js';
import { Server } from './server.js';

export interface TwoProcesses {
  readonly servers: readonly [Server, Server];
  /** Ends them, and removes what is theirs. */
  readonly close: () => Promise<void>;
}

/** @param context the name of its only context */
export async function twoOverLogServer(folder: string, main: string, context: string): Promise<TwoProcesses> {
  const log = await Server.start({ LEFTFOLD_APP: 'log', LEFTFOLD_DATA: join(folder, 'log') }, main);
  const start = (name: string): Promise<Server> =>
    Server.start(
      {
        LEFTFOLD_APP: 'context',
        LEFTFOLD_CONTEXTS: context,
        LEFTFOLD_STORE: log.url,
        LEFTFOLD_DATA: join(folder, name),
      },
      main,
    );
  return two(start, () => log.kill());
}

export async function twoOverPostgres(folder: string, main: string): Promise<TwoProcesses> {
  const database = await TemporaryDatabase.create();
  const start = (name: string): Promise<Server> =>
    Server.start(
      {
        LEFTFOLD_STORE: database.url,
        LEFTFOLD_DATA: join(folder, name),
        // Each folds the same entities, in a schema of its own.
        LEFTFOLD_ENTITIES_PREFIX: name,
      },
      main,
    );
  return two(start, () => database.remove());
}

async function two(
  start: (name: string) => Promise<Server>,
  remove: () => Promise<void>,
): Promise<TwoProcesses> {
  const servers = await Promise.all([start('here'), start('there')]);
  return {
    servers,
    close: async () => {
      await Promise.all(servers.map((server) => server.kill()));
      await remove();
    },
  };
}
