/** A context of an app: any Nest module. Static members of its class can tell the app more. */
import type { DynamicModule } from '@nestjs/common';
import type { WorkerOptions } from '../runtime/leftfold-options.js';
import type { ContextPage } from './context-page.js';
import type { Environment } from './settings.js';

export type ContextModule = NonNullable<DynamicModule['imports']>[number] & ContextStatics;

export interface ContextStatics {
  /** Title, description and examples that the app shows. The first context that has them wins. */
  readonly about?: Partial<About>;
  /** What the app shows at `/` to a browser. The first context that has one wins. */
  readonly page?: ContextPage;
  /**
   * Checks the context's own settings, before the log is opened and any folder is created.
   *
   * @throws InvalidSetting
   */
  readonly checkSettings?: (environment: Environment) => void;
}

export interface About {
  /** The title of the OpenAPI document and of `/docs`. */
  readonly title: string;
  readonly description: string;
  /** Commands to try first, shown in the terminal when the app has started. */
  readonly examples: (url: string) => readonly string[];
}

const NEUTRAL: About = {
  title: 'Leftfold',
  description: 'One append-only log of events, and the contexts that are folded over it.',
  examples: (url) => [`curl ${url}/events`, `curl ${url}/projections`],
};

/** The contexts of an app, and how it runs operations. */
export interface Parts {
  readonly contexts: readonly ContextModule[];
  /** How audits and rebuilds run in worker processes. */
  readonly workers: WorkerOptions;
}

export function aboutOf(contexts: readonly ContextModule[]): About {
  return { ...NEUTRAL, ...contexts.find(({ about }) => about !== undefined)?.about };
}

export function pageOf(contexts: readonly ContextModule[]): ContextPage | undefined {
  return contexts.find(({ page }) => page !== undefined)?.page;
}

/** @throws InvalidSetting */
export function checkSettingsOf(contexts: readonly ContextModule[], environment: Environment): void {
  for (const context of contexts) context.checkSettings?.(environment);
}
