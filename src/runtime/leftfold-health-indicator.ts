/** How the log and its projections are, as `@nestjs/terminus` asks for it. */
import { Injectable } from '@nestjs/common';
import { EventLog } from './event-log/event-log.js';
import { errorText } from './projection/error-text.js';
import { ProjectionHost } from './projection/projection-host.js';

/** The part of Terminus' `HealthIndicatorResult` that this indicator answers with. */
export type LeftfoldHealth<Key extends string> = Record<
  Key,
  { readonly status: 'up' | 'down'; readonly [detail: string]: unknown }
>;

/**
 * `health.check([() => indicator.isHealthy('leftfold')])`. Down while the log cannot be reached, while a projection
 * recovers, or when one has stopped. Needs nothing of `@nestjs/terminus`; `LeftfoldModule.forRoot` provides it.
 */
@Injectable()
export class LeftfoldHealthIndicator {
  constructor(
    private readonly log: EventLog,
    private readonly host: ProjectionHost,
  ) {}

  async isHealthy<Key extends string>(key: Key): Promise<LeftfoldHealth<Key>> {
    const projections = Object.fromEntries(
      this.host.projections.map(({ name, status, position }) => [name, { status, position }]),
    );
    const isFollowing = this.host.projections.every(({ status }) => status === 'following');
    try {
      const head = await this.log.head();
      return answer(key, { status: isFollowing && !this.host.isEnding ? 'up' : 'down', head, projections });
    } catch (error) {
      return answer(key, { status: 'down', log: errorText(error), projections });
    }
  }
}

function answer<Key extends string>(key: Key, health: LeftfoldHealth<Key>[Key]): LeftfoldHealth<Key> {
  return { [key]: health } as LeftfoldHealth<Key>;
}
