import { IDENTIFICATION_KEYS } from '../../../hil/rig/scan/device-identification.ts';
import type { RecordingHeader } from '../../../hil/rig/recording/recording-format.ts';
import { deviceIdentity } from '../device-identity.ts';
import type { ServerOptions } from '../modbus-server.ts';

/**
 * What a replayed device offers: the four reads, and the identification when the device stated one. Other functions get
 * exception 01, because nobody recorded what they do.
 */
export function recordedServerOptions({ identification, dut, model }: RecordingHeader): ServerOptions {
  if (identification === null) return { functionCodes: [1, 2, 3, 4] };
  const base = deviceIdentity({ name: dut, manufacturer: identification['vendorName'] ?? '', model, description: '' });
  const objects = IDENTIFICATION_KEYS.flatMap((key, id) => {
    const text = identification[key];
    return text === undefined ? [] : [{ id, value: Uint8Array.from(Buffer.from(text, 'latin1')) }];
  });
  return { functionCodes: [1, 2, 3, 4, 43], identity: { ...base, objects } };
}
