import type { LiveWireDeps } from '../../conformance/framework/live-wire.ts';
import { wordOf } from '../../conformance/mqtt/device/device-bench.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { deviceListeners, type DeviceListenersOptions } from './device-listeners.ts';
import type { DeviceStarter } from './device-starter.ts';

/** The broker's side of a run against a device: where it listens, and how the device is started. */
export interface DeviceHost extends Pick<LiveWireDeps, 'accept' | 'act'> {
  readonly port: number;
  /** PEM file of the authority that the device has to trust. */
  readonly caFile: string;
  /** What the starts of the device say about connections that did not come, each once. */
  readonly remarks: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export interface DeviceHostOptions extends Omit<DeviceListenersOptions, 'publicHost'> {
  /** Where the device is told to connect to, when that is another name than that of the listener. */
  readonly publicHost?: string;
  readonly starter: DeviceStarter;
}

/** Different remarks that one run keeps. */
const REMARKS_MAX = 10;

/**
 * Listens for a device and starts it. Actions: `restart` with `variant`, `version` and `listener` (`tcp`, `websocket`, or a
 * kind of `tlsBench`), `stop`, `handshake` and `offer` with `waitMs`.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED; FP_FILE_UNREADABLE for the folder of the authority.
 */
export async function createDeviceHost({ starter, ...options }: DeviceHostOptions): Promise<DeviceHost> {
  const publicHost = options.publicHost ?? options.listen.host;
  const listeners = await deviceListeners({ ...options, publicHost });
  const { tcpPort, caFile, links, handshakes, offers } = listeners;

  const remarks = new Set<string>();
  let hasConnected = false;

  /** A device that was started and came once may come again whatever its command did. */
  const accept = async (waitMs: number): Promise<ByteLink | undefined> => {
    const link = await links.next(waitMs, hasConnected ? undefined : starter.failed?.());
    hasConnected ||= link !== undefined;
    const ended = hasConnected ? undefined : starter.ended?.();
    if (ended !== undefined && remarks.size < REMARKS_MAX) remarks.add(ended);
    return link;
  };

  const restart = async (params: { readonly [key: string]: JsonValue }): Promise<JsonValue> => {
    const listener = wordOf(params, 'listener') || 'tcp';
    const port = await listeners.portOf(listener);
    const version = Number(params['version'] ?? 4);
    const fresh = (): void => {
      listeners.expectAt(listener);
      hasConnected = false;
    };
    return starter.restart({ host: publicHost, port, version, variant: wordOf(params, 'variant') || 'usual', listener, caFile }, fresh);
  };

  return {
    port: tcpPort,
    caFile,
    accept,
    remarks: () => [...remarks],
    act: async (action, params) => {
      const waitMs = Number(params['waitMs'] ?? 0);
      if (action === 'restart') return restart(params);
      if (action === 'stop') return starter.stop();
      if (action === 'handshake') return (await handshakes.next(waitMs)) ?? { kind: 'none' };
      if (action === 'offer') return (await offers.next(waitMs)) ?? { kind: 'none' };
      throw new FieldproofError('FP_INTERNAL', `nothing here can ${action} the device`);
    },
    stop: async () => {
      await starter.end();
      await listeners.close();
    },
  };
}
