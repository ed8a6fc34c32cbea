import type { PointValue } from './southbound/device-profile.ts';

/** What the gateway observes: the events it puts into the journal, with the shape of their data. Times are in `t`. */
export interface GatewayEvents {
  'gateway.started': { mqttPort: number; httpPort: number; websocketPort?: number; configSha256: string };
  'gateway.stopping': { reason: string };
  /**
   * What an earlier process left is in force again. `damage`: none, rows, repaired, set-aside; `lost` and `surplus`: rows by kind
   * (sessions, subscriptions, wills, retained, queued, inFlight, incoming).
   */
  'broker.recovered': {
    damage: string;
    found: Record<string, number>;
    lost: Record<string, number>;
    lostCommits: number;
    surplus: Record<string, number>;
    tookMs: number;
  };
  /** The broker cannot store: it acknowledges nothing and takes no connections until `broker.store-restored`. */
  'broker.store-failed': { because: string };
  'broker.store-restored': { failures: number };
  'southbound.connected': { line: string };
  'southbound.lost': { line: string; reason: string };
  /** One request that failed for good (after its retries). `kind`: timeout, exception, corrupt or closed. */
  'southbound.failed': { line: string; device: string; unit: number; kind: string; detail: string };
  /**
   * Frames and stretches of bytes that answered no outstanding request and were dropped: answers after their timeout, answers that
   * came twice or under a wrong id. `answers`: how many since the last such event of the line; at most ten events a second.
   */
  'southbound.late': { line: string; answers: number };
  /** A point was reported. `n` counts from 1 for each point and boot; `wallMs` is the instant of the poll. */
  'telemetry.published': { device: string; point: string; n: number; boot: string; v: PointValue; wallMs: number };
  /** A command that came by MQTT has its result. */
  'command.finished': { device: string; point: string } & CommandResultPayload;
  'uplink.connected': { url: string };
  'uplink.lost': { reason: string };
  /** On change, at most each 250 ms. */
  'uplink.backlog': { messages: number; bytes: number; inFlight: number };
  /** Everything accepted for the uplink so far has been acknowledged by the far side, and the link is up. */
  'uplink.idle': { forwarded: number };
  /**
   * A message that will never arrive: `reason` is full (bound reached), off (store and forward disabled), refused, lost (QoS 0, on its
   * way at a cut), stopped (still stored when the gateway stopped).
   */
  'uplink.dropped': { topic: string; reason: string; droppedTotal: number };
  /** Each 500 ms. */
  'broker.sample': { clients: number; accepted: number; delivered: number };
}

/**
 * Payload of a telemetry message, as JSON on `telemetry/{device}/{point}`. Keys are short because it travels often.
 * A gap in `n` is a lost message; equal `n` and `b` is the same message again.
 */
export interface TelemetryPayload {
  /** The value, decoded and scaled. */
  readonly v: PointValue;
  /** 1, 2, 3, ... for each point since boot. */
  readonly n: number;
  /** Wall-clock instant of the poll, milliseconds since 1970. */
  readonly t: number;
  /** Boot id: 8 hexadecimal digits, new at each start of the gateway. */
  readonly b: string;
}

/** Payload of a message on `command/{device}/{point}/result`, as JSON. */
export type CommandResultPayload = {
  /** The device holds the value, as far as it let itself be read. */
  readonly ok: boolean;
  /**
   * `written`, `differs` (reading back gave another value), `refused` (nothing was sent), or what went wrong on the line:
   * `exception`, `timeout` (it may have been carried out), `corrupt`, `closed`.
   */
  readonly kind: 'written' | 'differs' | 'refused' | 'exception' | 'timeout' | 'corrupt' | 'closed';
  /** What the device holds now; only for `written` and `differs`. */
  readonly v?: PointValue;
  /** With `written`: whether it was read back. */
  readonly verified?: boolean;
  /** Why it failed, for people. */
  readonly because?: string;
  /** Of the command, when it had one. */
  readonly id?: string;
};
