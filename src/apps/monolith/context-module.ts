/** A context as the monolith takes it: any Nest module. As static members its class may say more to the app. */
import type { DynamicModule } from '@nestjs/common';
import type { Environment } from '../settings.js';

export type ContextModule = NonNullable<DynamicModule['imports']>[number] & ContextStatics;

export interface ContextStatics {
  /** What the app shows of itself, where its contexts are all of what it is about. The first context that says it is heard. */
  readonly about?: Partial<About>;
  /**
   * Looks at the settings that the context reads, before a log is opened or a folder made.
   *
   * @throws InvalidSetting
   */
  readonly checkSettings?: (environment: Environment) => void;
}

export interface About {
  /** Of the OpenAPI document, and of `/docs`. */
  readonly title: string;
  readonly description: string;
  /** Lines for a terminal to try first, shown when the app has started. */
  readonly examples: (url: string) => readonly string[];
}

const NEUTRAL: About = {
  title: 'Leftfold',
  description: 'One append-only log of events, and the contexts that are folded over it.',
  examples: (url) => [`curl ${url}/events`, `curl ${url}/projections`],
};

export function aboutOf(contexts: readonly ContextModule[]): About {
  return { ...NEUTRAL, ...contexts.find(({ about }) => about !== undefined)?.about };
}

/** @throws InvalidSetting */
export function checkSettingsOf(contexts: readonly ContextModule[], environment: Environment): void {
  for (const context of contexts) context.checkSettings?.(environment);
}
