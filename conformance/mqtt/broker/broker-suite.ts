import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import { createPacketCutter } from '../../../hil/protocols/mqtt/packet-cutter.ts';
import { bytesText, packetText } from '../../../hil/protocols/mqtt/packet-text.ts';
import type { Statement } from '../../framework/catalogue.ts';
import type { Suite } from '../../framework/suite.ts';
import { BROKER_FAULT_PURPOSES } from '../faults/broker-fault-purposes.ts';
import { BROKER_PICS } from './broker-pics.ts';
import { brokerCases } from './broker-purpose.ts';
import { EXCHANGE_PURPOSES } from './exchange-purposes.ts';
import { CONNECTION_PURPOSES } from './connection-purposes.ts';
import { probeBroker } from './probe-broker.ts';
import { BROKER_UNOBSERVABLE } from './unobservable.ts';
import { VERSION_5_PURPOSES } from './version-5-purposes.ts';

/** Any MQTT broker, versions 3.1.1 and 5.0, over any carrier. */
export const BROKER_SUITE: Suite = {
  name: 'mqtt-broker',
  subject: 'an MQTT broker',
  scopes: [
    { catalogue: 'mqtt-3.1.1', binds: bindsServer },
    { catalogue: 'mqtt-5.0', binds: bindsServer },
  ],
  pics: BROKER_PICS,
  cases: brokerCases([...CONNECTION_PURPOSES, ...EXCHANGE_PURPOSES, ...VERSION_5_PURPOSES, ...BROKER_FAULT_PURPOSES]),
  unobservable: BROKER_UNOBSERVABLE,
  parallelMax: 64,
  cutFrames: () => createPacketCutter(),
  probe: probeBroker,
  describeFrame: (bytes, from, caseId) => {
    const version = caseId.startsWith('TP_MQTT5_') ? 5 : 4;
    const decoded = decodePacket(bytes, version, { from: from === 'sut' ? 'server' : 'client' });
    if (decoded.kind === 'packet') return packetText(decoded.packet);
    return decoded.kind === 'violation' ? `${bytesText(bytes)} (breaks ${decoded.statement}: ${decoded.because})` : bytesText(bytes);
  },
};

/** Statements for the server alone, and those for both sides that a server shows on the wire. */
function bindsServer({ binds, observable }: Statement): boolean {
  return binds === 'server' || (binds === 'both' && observable !== 'wire-client') || observable === 'wire-broker';
}
