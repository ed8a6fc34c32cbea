/** What a device is to be started with. */
export interface DeviceStartParams {
  readonly host: string;
  readonly port: number;
  /** 4 or 5: for commands that can do both. */
  readonly version: number;
  readonly variant: string;
  readonly listener: string;
  /** PEM file of the authority that the device has to trust. */
  readonly caFile: string;
}

export type Done = { readonly done: true } | { readonly done: false; readonly because: string };

/** How the device of a run is started and ended: a command, a power hook, an operator, or one of our own. */
export interface DeviceStarter {
  /** Ends what runs, and starts it anew. `fresh` is called between the two: nothing of the old one may be left. */
  restart(params: DeviceStartParams, fresh: () => void): Promise<Done>;
  /** Has it end by itself, with whatever it says to its broker then. */
  stop(): Promise<Done>;
  /** What became of a device that has ended since its last start; undefined while it may still come. */
  readonly ended?: () => string | undefined;
  /** Resolves when what was started last has failed, so that nobody needs to wait for it. */
  readonly failed?: () => Promise<void>;
  /** The run is over. */
  end(): Promise<void>;
}

/** A device whose supply the rig switches. @param cycle - Off, the wait between, on. */
export function powerStarter(cycle: (betweenOffAndOn: () => void) => Promise<void>): DeviceStarter {
  return {
    restart: async ({ variant }, fresh) => {
      if (variant !== 'usual') return { done: false, because: `switching power does not start the variant ${variant}` };
      await cycle(fresh);
      return { done: true };
    },
    stop: async () => ({ done: false, because: 'switching power does not end a device in good order' }),
    end: async () => undefined,
  };
}
