/** What an application may say about its console. */

export interface ConsoleOptions {
  /** Shown in a banner on every screen, as in `production`: so that nobody takes one system for another. At most 40 characters. */
  readonly environment?: string;
}
