/** Types of postgres-server.mjs, which is JavaScript because Jest's global setup is not compiled. */
export function findPostgres(): string | undefined;

export class PostgresServer {
  static start(programs: string): Promise<PostgresServer>;
  readonly url: string;
  begin(): Promise<void>;
  end(signal?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  remove(): Promise<void>;
}
