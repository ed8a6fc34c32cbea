/** What a process that captures observes. */
export interface CaptureEvents {
  /** The capture of this process has reached a limit, or cannot be written: what follows is not in it. */
  'capture.stopped': { because: string };
}
