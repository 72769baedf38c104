/** Runs a sandbox's programs elsewhere than in the pool's workers; shells stay there. */
export interface Programs {
  /** Whether this process is for it; the others run in workers. */
  takes(slot: number): boolean;
  /** Takes up a process that was just made: it ends it some time, with `Process.exit`. Must not block. */
  start(slot: number, pid: number): void;
  /** Stops what runs for a process that somebody else ends now. */
  stop(slot: number, pid: number): void;
}
