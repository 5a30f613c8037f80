/**
 * LMDB's reader table tells processes apart by their ids alone. In two PID namespaces, two processes may have the same id: LMDB
 * then refuses the second one (EAGAIN, from its lock on the byte of that id in `lock.mdb`), and lmdb-js retries for ten seconds.
 */

/** Another process, in another PID namespace, has this log open under the same process id. */
export class ProcessIdTaken extends Error {
  constructor() {
    super(
      `a process of another PID namespace has this log open under the same process id, ${process.pid}; start this one under another id`,
    );
    this.name = 'ProcessIdTaken';
  }
}

/**
 * Runs what opens a log so that it fails at once when the process id is taken.
 *
 * lmdb-js 3.5 waits between its attempts with `Atomics.wait`, which is replaced meanwhile. Nothing else waits while a log is opened.
 *
 * @throws ProcessIdTaken
 */
export function withOwnReaderSlot<Opened>(open: () => Opened): Opened {
  const { wait } = Atomics;
  Atomics.wait = () => {
    throw new ProcessIdTaken();
  };
  try {
    return open();
  } finally {
    Atomics.wait = wait;
  }
}
