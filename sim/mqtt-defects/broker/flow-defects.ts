import type { DefectAction, DefectiveConnection, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites } from '../rewrite.ts';
import { back, to, without } from '../version-5.ts';

/** Defects in flow control. */
export const FLOW_DEFECTS: readonly MqttDefect[] = [
  rewrites('ignores-receive-maximum', 'does not look at the Receive Maximum of the client', { from: 'client', type: 'connect' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'receiveMaximum'),
  })),
  { id: 'receive-maximum-until-pubrec', does: 'takes a QoS 2 publication for finished when PUBREC comes', create: () => freeAtPubrec },
  { id: 'stalls-at-full-quota', does: 'answers nothing while its send quota is used up', create: () => stallAtFullQuota },
  { id: 'quota-never-given-back', does: 'sends no further publication once its quota was used up', create: () => neverGiveBack },
  { id: 'takes-more-than-receive-maximum', does: 'takes more publications than it said it would', create: () => takeMore },
  { id: 'takes-fewer-than-receive-maximum', does: 'drops the connection at the second publication in flight', create: () => takeFewer },
];

/** Completes the handshake towards the good server itself, so that this has its quota back; the client gets PUBREL as well. */
function freeAtPubrec(): DefectiveConnection {
  return {
    onPacket: (seen) => {
      const pubrel = chosen(seen, { from: 'server', type: 'pubrel' });
      if (pubrel !== undefined) return [to('server', pubrel), back('server', { ...pubrel, type: 'pubcomp' })];
      return chosen(seen, { from: 'client', type: 'pubcomp' }) === undefined ? 'pass' : [];
    },
  };
}

function stallAtFullQuota(): DefectiveConnection {
  let quota = 65_535;
  return {
    onPacket: (seen) => {
      quota = chosen(seen, { from: 'client', type: 'connect' })?.properties.receiveMaximum ?? quota;
      if (chosen(seen, { from: 'client', type: 'puback' }) !== undefined) quota += 1;
      if (seen.from === 'client' || quota > 0) {
        if (chosen(seen, { from: 'server', type: 'publish' })?.qos === 1) quota -= 1;
        return 'pass';
      }
      return [];
    },
  };
}

function neverGiveBack(): DefectiveConnection {
  let quota = 65_535;
  return {
    onPacket: (seen) => {
      quota = chosen(seen, { from: 'client', type: 'connect' })?.properties.receiveMaximum ?? quota;
      const publish = chosen(seen, { from: 'server', type: 'publish' });
      if (publish === undefined || publish.qos === 0) return 'pass';
      quota -= 1;
      return quota < 0 ? [] : 'pass';
    },
  };
}

/** The good server never sees what is too much: the relay answers it. */
function takeMore(): DefectiveConnection {
  let receiveMaximum = 65_535;
  const open = new Set<number>();
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      receiveMaximum = chosen(seen, { from: 'server', type: 'connack' })?.properties.receiveMaximum ?? receiveMaximum;
      const publish = chosen(seen, { from: 'client', type: 'publish' });
      if (publish?.qos !== 2 || publish.packetId === undefined) return 'pass';
      if (open.size >= receiveMaximum) return [back('client', { type: 'pubrec', packetId: publish.packetId, reasonCode: 0, properties: {} })];
      open.add(publish.packetId);
      return 'pass';
    },
  };
}

function takeFewer(): DefectiveConnection {
  let open = 0;
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      if (chosen(seen, { from: 'client', type: 'publish' })?.qos !== 2) return 'pass';
      open += 1;
      return open < 2 ? 'pass' : [back('client', { type: 'disconnect', reasonCode: 0x93, properties: {} }), { do: 'closeClient' }];
    },
  };
}
