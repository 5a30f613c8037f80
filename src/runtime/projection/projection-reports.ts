/** Turns what projections report into log lines and operational signals. */
import { Logger } from '@nestjs/common';
import type { EventEmitter2 } from '@nestjs/event-emitter';
import { signal, type Signals } from '../event-log/signals.js';
import { fileErrorText } from '../file-error-text.js';
import type { EntityObserver } from './entities/entity-follower.js';
import { errorStack } from './error-text.js';
import { describeProjectionFault, type ProjectionFault } from './fault.js';
import type { ProjectionObserver } from './projection.machine.js';
import type { ReadModelObserver } from './read-models/any-read-model.js';
import { describePassedOver } from './snapshots/passed-over.js';
import type { SnapshotStore } from './snapshots/snapshot-store.js';
import type { SnapshotObserver } from './snapshots/snapshots.js';

/** Of one batch of events, so that a definition that is wrong for all of them does not fill the log. */
const MAX_FAULT_LINES = 10;

/** What is done beside telling of it. */
export interface ProjectionEvents {
  readonly faulted: ProjectionObserver['faulted'];
  readonly resumed: () => void;
}

export class ProjectionReports {
  readonly #logger = new Logger('Projection');

  constructor(private readonly emitter: EventEmitter2 | undefined) {}

  /** @param kept what it begins from, when not from the beginning */
  of(projection: string, { faulted, resumed }: ProjectionEvents, kept = 'the snapshot'): ProjectionObserver {
    return {
      recovered: (report) => {
        const { position, restoredFrom, events, milliseconds } = report;
        const from = restoredFrom === 0 ? 'the beginning' : `${kept} at ${restoredFrom}`;
        const time = milliseconds.toFixed(0);
        this.#logger.log(`${projection}: folded ${events} events from ${from} to ${position} in ${time} ms`);
        this.#signal('projection.recovered', { projection, ...report });
      },
      faulted,
      wentBack: ({ detail }) => {
        this.#logger.warn(`${projection}: folds anew. ${detail}`);
        this.#signal('projection.log-went-back', { projection });
      },
      resumed: ({ position, restoredFrom: resumedFrom, events, milliseconds }) => {
        resumed();
        this.#logger.log(`${projection}: resumed, and folded from ${resumedFrom} to ${position}`);
        const report = { resumedFrom, position, events, milliseconds };
        this.#signal('projection.resumed', { projection, ...report });
      },
    };
  }

  ofEntities(name: string, events: ProjectionEvents): EntityObserver {
    return {
      ...this.of(name, events, 'its database'),
      unusable: (reason) => {
        this.#logger.warn(`${name}: folds anew from the log what cannot be used of what was kept: ${reason}`);
      },
      interrupted: (at) => {
        this.#logger.warn(
          `${name}: a rebuild or audit that had come to ${at} was interrupted; what it had folded is removed, ask for it again`,
        );
      },
      notCleared: (why) => {
        this.#logger.warn(
          `${name}: what it had before the rebuild could not be removed, which is tried again at the next start: ${why}`,
        );
      },
      refolded: (skipped, entities) => {
        this.#logger.log(
          `${name}: skips what it had folded at position ${skipped.join(', ')}, and has folded anew the entities that this is about (${entities})`,
        );
      },
      entityFaults: ({ entities, unkeyed }) => {
        const lines = [
          ...entities.map(
            ({ key, position, type, message }) =>
              `the entity ${JSON.stringify(key)} stopped at position ${position}: it cannot fold the ${type} there (${message})`,
          ),
          ...unkeyed.map(
            ({ position, type, message }) =>
              `the ${type} at position ${position} is passed over, as it is about no entity that can be told (${message})`,
          ),
        ];
        for (const line of lines.slice(0, MAX_FAULT_LINES)) this.#logger.error(`${name}: ${line}`);
        const left = lines.length - MAX_FAULT_LINES;
        if (left > 0)
          this.#logger.error(`${name}: ${left} more such faults; GET /projections/${name} counts them`);
      },
      trouble: (why) => {
        if (why === undefined) this.#logger.log(`${name}: its database can be used again`);
        else this.#logger.warn(`${name}: its database cannot be used now, and is tried again: ${why}`);
      },
    };
  }

  ofReadModel(name: string, events: ProjectionEvents): ReadModelObserver {
    return {
      ...this.of(name, events, 'its tables'),
      unusable: (reason) => {
        this.#logger.warn(`${name}: is built anew from the log: ${reason}`);
      },
      databaseAway: (reason) => {
        this.#logger.warn(`${name}: its database cannot be used now, and is tried again: ${reason}`);
      },
      slowHandler: ({ position, type, milliseconds }) => {
        const seconds = (milliseconds / 1000).toFixed(1);
        this.#logger.warn(
          `${name}: its handler has taken ${seconds} s for the ${type} at position ${position}; all events after it wait`,
        );
        this.#signal('projection.handler-slow', { projection: name, position, type, milliseconds });
      },
    };
  }

  ofSnapshots(projection: string, store: Pick<SnapshotStore, 'place'>): SnapshotObserver {
    return {
      saved: (position, bytes) => {
        this.#signal('snapshot.taken', { projection, position, bytes });
      },
      unreadable: (file, reason) => {
        this.#signal('snapshot.unreadable', { projection, file, reason });
      },
      passedOver: (unusable, beginsAt) => {
        this.#logger.warn(`${projection}: ${describePassedOver(unusable, store.place, beginsAt)}`);
      },
      failed: (error) => {
        const sentence = fileErrorText(error);
        if (sentence === undefined) this.#logger.error(`${projection}: no snapshot could be taken`, error);
        else this.#logger.error(`${projection}: snapshots can be neither taken nor used: ${sentence}`);
        this.#signal('snapshot.failed', { projection, error });
      },
    };
  }

  faulted(projection: string, fault: ProjectionFault): void {
    const { position, error } = fault;
    this.#logger.error(describeProjectionFault(projection, fault), errorStack(error));
    this.#signal('projection.faulted', { projection, position, error });
  }

  skipped(skip: Signals['projection.skipped']): void {
    const { projection, position, reason } = skip;
    this.#logger.warn(`${projection}: the event at position ${position} is skipped for good: ${reason}`);
    this.#signal('projection.skipped', skip);
  }

  #signal<Name extends keyof Signals>(name: Name, payload: Signals[Name]): void {
    signal(this.emitter, name, payload, (error) => {
      this.#logger.error(`a listener of ${name} failed`, error);
    });
  }
}
