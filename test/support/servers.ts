/** The servers of one test, over a folder of its own. What a failed test has left running ends with it. */
import { Server, TemporaryFolder } from './server.js';

export class Servers {
  #folder: TemporaryFolder | undefined;
  readonly #started: Server[] = [];

  /** To be called where tests are described. */
  static ofEachTest(): Servers {
    const servers = new Servers();
    beforeEach(() => {
      servers.begin();
    });
    afterEach(() => servers.end());
    return servers;
  }

  begin(): void {
    this.#folder = new TemporaryFolder();
  }

  async end(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((server) => server.kill()));
    this.#folder?.remove();
    this.#folder = undefined;
  }

  /** Of this test's folder. */
  get path(): string {
    if (this.#folder === undefined) throw new Error('there is a folder only while a test runs');
    return this.#folder.path;
  }

  /** Starts one on the folder, unless the environment names another, and waits until it is ready. */
  async start(environment?: Readonly<Record<string, string>>, main?: string): Promise<Server> {
    const server = await this.launch(environment, main);
    await server.ready();
    return server;
  }

  /** The same, for one that may never be ready: it listens. */
  async launch(environment: Readonly<Record<string, string>> = {}, main?: string): Promise<Server> {
    const server = await Server.start({ LEFTFOLD_DATA: this.path, ...environment }, main);
    this.#started.push(server);
    return server;
  }
}
