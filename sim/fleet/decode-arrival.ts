import type { TelemetryPayload } from '../../hil/gateway/gateway-events.ts';
import { decodeDevicePayload, parseJsonObject } from './device-payload.ts';
import type { DevicePayload } from './fleet-events.ts';

/** What a message that reached an observer is, by its topic and payload. */
export type Arrival =
  | { readonly kind: 'telemetry'; readonly device: string; readonly point: string; readonly payload: TelemetryPayload }
  | { readonly kind: 'device'; readonly payload: DevicePayload }
  | { readonly kind: 'unexpected'; readonly reason: string };

const BOOT = /^[0-9a-f]{8}$/u;

/**
 * Decodes any message: `telemetry/{device}/{point}` is a report of a gateway, every other topic is taken for a device's,
 * whose client id must be one of its levels.
 */
export function decodeArrival(topic: string, bytes: Uint8Array): Arrival {
  const levels = topic.split('/');
  const [root, device, point] = levels;
  if (root === 'telemetry') {
    if (device === undefined || point === undefined || levels.length !== 3) {
      return { kind: 'unexpected', reason: 'a telemetry topic has three levels' };
    }
    return decodeTelemetry(device, point, bytes);
  }
  const decoded = decodeDevicePayload(bytes);
  if (decoded.kind === 'corrupt') return { kind: 'unexpected', reason: decoded.reason };
  if (!levels.includes(decoded.payload.c)) return { kind: 'unexpected', reason: `the payload says client ${decoded.payload.c.slice(0, 64)}, the topic does not` };
  return { kind: 'device', payload: decoded.payload };
}

function decodeTelemetry(device: string, point: string, bytes: Uint8Array): Arrival {
  const value = parseJsonObject(bytes);
  if (value === undefined) return { kind: 'unexpected', reason: 'the payload is no JSON object' };
  const { v, n, t, b } = value;
  if (typeof v !== 'number' && typeof v !== 'boolean' && typeof v !== 'string') return { kind: 'unexpected', reason: 'field v is no value of a point' };
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) return { kind: 'unexpected', reason: 'field n is no report number' };
  if (typeof t !== 'number' || !Number.isFinite(t)) return { kind: 'unexpected', reason: 'field t is no instant' };
  if (typeof b !== 'string' || !BOOT.test(b)) return { kind: 'unexpected', reason: 'field b is no boot id' };
  return { kind: 'telemetry', device, point, payload: { v, n, t, b } };
}
