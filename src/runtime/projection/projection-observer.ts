/** What a projection tells of itself while it runs; its host turns it into signals and log lines. */
import type { Position } from '../event-log/event.js';
import type { ProjectionFault } from './fault.js';

export interface ProjectionObserver {
  recovered(report: RecoveryReport): void;
  faulted(fault: ProjectionFault): void;
  /** It was faulted, and has caught up. The report begins where it stood. */
  resumed(report: RecoveryReport): void;
}

export interface RecoveryReport {
  readonly position: Position;
  /** The position of the snapshot that was restored; 0 without one; where it stood when it resumed. */
  readonly restoredFrom: Position;
  /** How many events were read after it. */
  readonly events: number;
  readonly milliseconds: number;
}
