import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';

/** What simulated MQTT clients observe. `qos` in `mqtt.received` is that of the delivery. */
export interface FleetEvents {
  /** The observer at gateway `at` holds its subscriptions: what is published from now on must reach it. */
  'observer.subscribed': { at: string };
  'mqtt.connected': { client: string; at: string };
  'mqtt.closed': { client: string; at: string; reason: string };
  /** A device handed message `n` (1, 2, 3, ...) to its connection. */
  'mqtt.sent': { client: string; n: number; qos: number };
  /** The broker acknowledged it: PUBACK or PUBCOMP; for QoS 0, the bytes left. */
  'mqtt.acked': { client: string; n: number; qos: number };
  /** A device's message reached the observer at gateway `at`. `latencyMs` = receipt - hand-over, one machine's clock. */
  'mqtt.received': { at: string; client: string; n: number; qos: number; dup: boolean; latencyMs: number };
  /** A telemetry message reached the observer at gateway `at`. */
  'telemetry.received': { at: string; device: string; point: string; n: number; boot: string; v: PointValue; wallMs: number; qos: number; dup: boolean };
  /** A message whose topic or payload no rule explains: evidence of corruption. */
  'mqtt.unexpected': { at: string; topic: string; bytes: number; reason: string };
}

/** Payload of a device's message, JSON on `devices/{client}/data`. */
export interface DevicePayload {
  readonly c: string;
  readonly n: number;
  /** `Clock.nowMs` of the sender at hand-over. */
  readonly t: number;
  /** Padding up to the configured payload size. */
  readonly p?: string;
}
