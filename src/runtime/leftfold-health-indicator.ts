/** How the log and its projections are, as `@nestjs/terminus` asks for it. */
import { Injectable } from '@nestjs/common';
import { EventLog } from './event-log/event-log.js';
import { logHealth } from './event-log/log-health.js';
import { ProjectionHost } from './projection/projection-host.js';

/** The part of Terminus' `HealthIndicatorResult` that this indicator answers with. */
export type LeftfoldHealth<Key extends string> = Record<
  Key,
  { readonly status: 'up' | 'down'; readonly [detail: string]: unknown }
>;

/**
 * `health.check([() => indicator.isHealthy('leftfold')])`. Down while the log cannot be read or appended to, while a projection
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
      this.host.all.map(({ name, status, position }) => [name, { status, position }]),
    );
    const isFollowing = this.host.all.every(({ status }) => status === 'following');
    const log = await logHealth(this.log);
    const isUp = isFollowing && !this.host.isEnding && log.status === 'available';
    return answer(key, {
      status: isUp ? 'up' : 'down',
      ...(log.head !== undefined && { head: log.head }),
      ...(log.detail !== undefined && { log: log.detail, code: log.code }),
      projections,
    });
  }
}

function answer<Key extends string>(key: Key, health: LeftfoldHealth<Key>[Key]): LeftfoldHealth<Key> {
  return { [key]: health } as LeftfoldHealth<Key>;
}
