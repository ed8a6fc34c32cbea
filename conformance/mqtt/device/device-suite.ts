import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import { createPacketCutter } from '../../../hil/protocols/mqtt/packet-cutter.ts';
import { bytesText, packetText } from '../../../hil/protocols/mqtt/packet-text.ts';
import type { Statement } from '../../framework/catalogue.ts';
import type { Suite } from '../../framework/suite.ts';
import { DEVICE_FAULT_PURPOSES } from '../faults/device-fault-purposes.ts';
import { AUTH_PURPOSES } from './auth-cases.ts';
import { CARRIER_PURPOSES } from './carrier-cases.ts';
import { LIFE_PURPOSES } from './life-cases.ts';
import { LIMIT_PURPOSES } from './limit-cases.ts';
import { RECEIVE_PURPOSES } from './receive-cases.ts';
import { RECONNECT_PURPOSES } from './reconnect-cases.ts';
import { RESUME_PURPOSES } from './resume-cases.ts';
import { SEND_PURPOSES } from './send-cases.ts';
import { VIOLATION_PURPOSES } from './violation-cases.ts';
import { CONNECT_FORMAT_PURPOSES } from './connect-format-cases.ts';
import { DEVICE_PICS } from './device-pics.ts';
import { deviceCases, type DevicePurpose } from './device-purpose.ts';
import { DEVICE_VALUES } from './device-values.ts';
import { FORMAT_PURPOSES } from './format-cases.ts';
import { probeDevice } from './probe-device.ts';
import { DEVICE_UNOBSERVABLE } from './unobservable.ts';

const PURPOSES: readonly DevicePurpose[] = [
  ...CONNECT_FORMAT_PURPOSES,
  ...FORMAT_PURPOSES,
  ...RECEIVE_PURPOSES,
  ...SEND_PURPOSES,
  ...LIMIT_PURPOSES,
  ...RESUME_PURPOSES,
  ...VIOLATION_PURPOSES,
  ...LIFE_PURPOSES,
  ...AUTH_PURPOSES,
  ...CARRIER_PURPOSES,
  ...RECONNECT_PURPOSES,
  ...DEVICE_FAULT_PURPOSES,
];

/** Any MQTT client, versions 3.1.1 and 5.0: the tester is the broker that it connects to. */
export const DEVICE_SUITE: Suite = {
  name: 'mqtt-device',
  subject: 'an MQTT client',
  awaitsSut: true,
  scopes: [
    { catalogue: 'mqtt-3.1.1', binds: bindsClient },
    { catalogue: 'mqtt-5.0', binds: bindsClient },
  ],
  pics: DEVICE_PICS,
  cases: deviceCases(PURPOSES),
  values: DEVICE_VALUES,
  unobservable: DEVICE_UNOBSERVABLE,
  // There is one device, and it is restarted again and again.
  parallelMax: 1,
  cutFrames: () => createPacketCutter(),
  probe: probeDevice,
  describeFrame: (bytes, from, caseId) => {
    const version = caseId.startsWith('TP_MQTT5_') ? 5 : 4;
    const decoded = decodePacket(bytes, version, { from: from === 'sut' ? 'client' : 'server' });
    if (decoded.kind === 'packet') return packetText(decoded.packet);
    return decoded.kind === 'violation' ? `${bytesText(bytes)} (breaks ${decoded.statement}: ${decoded.because})` : bytesText(bytes);
  },
};

/** Statements for the client alone, and those for both sides that a client shows on the wire. */
function bindsClient({ binds, observable }: Statement): boolean {
  return binds === 'client' || (binds === 'both' && observable !== 'wire-broker') || observable === 'wire-client';
}
