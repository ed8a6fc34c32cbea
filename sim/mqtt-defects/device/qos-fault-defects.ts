import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { DefectAction } from '../mqtt-defect.ts';
import { chosen, onward } from '../rewrite.ts';
import type { DeviceDefect } from './device-defect.ts';
import { stateful } from './exchange-defects.ts';
import { mistakes } from './mangle.ts';

/** After so long without an answer a device resends, milliseconds. */
const SLOW_MS = 300;

/** Ways in which a device breaks the handshakes of QoS 1 and 2 when its connection ends in the middle of one. */
export const QOS_FAULT_DEFECTS: readonly DeviceDefect[] = [
  stateful('resumes-nothing', 'resends neither PUBLISH nor PUBREL when its session is resumed', () => () => {
    const received = new Set<number>();
    return {
      onPacket: (seen) => {
        const pubrec = chosen(seen, { from: 'server', type: 'pubrec' });
        if (pubrec !== undefined) received.add(pubrec.packetId);
        if (chosen(seen, { from: 'client', type: 'publish' })?.dup === true) return [];
        const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
        return pubrel === undefined || received.has(pubrel.packetId) ? 'pass' : [];
      },
    };
  }),
  stateful('resends-publish-for-pubrel', 'resends PUBLISH in place of PUBREL', () => {
    const published = new Map<number, DefectAction>();
    return () => {
      const received = new Set<number>();
      return {
        onPacket: (seen) => {
          const publish = chosen(seen, { from: 'client', type: 'publish' });
          if (publish?.packetId !== undefined) published.set(publish.packetId, onward('client', encodeLoose({ ...publish, dup: true }, seen.version)));
          const pubrec = chosen(seen, { from: 'server', type: 'pubrec' });
          if (pubrec !== undefined) received.add(pubrec.packetId);
          const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
          const again = published.get(pubrel?.packetId ?? 0);
          return pubrel === undefined || received.has(pubrel.packetId) || again === undefined ? 'pass' : [again];
        },
      };
    };
  }),
  mistakes('ignores-copies-of-publish', 'does not answer a PUBLISH with DUP', 'publish', () => [], ({ dup }) => dup),
  stateful('ignores-pubrel-of-earlier-connection', 'does not answer PUBREL for what came on an earlier connection', () => () => {
    const known = new Set<number>();
    return {
      onPacket: (seen) => {
        const publish = chosen(seen, { from: 'server', type: 'publish' });
        if (publish?.packetId !== undefined) known.add(publish.packetId);
        const pubrel = chosen(seen, { from: 'server', type: 'pubrel' });
        return pubrel === undefined || known.has(pubrel.packetId) ? 'pass' : [];
      },
    };
  }),
  stateful('resends-live-without-dup', 'resends PUBLISH on a live connection, with DUP 0', () => ({ act }) => {
    const waiting = new Set<number>();
    return {
      onPacket: (seen) => {
        const { packet, from } = seen;
        if (from === 'server' && (packet?.type === 'puback' || packet?.type === 'pubrec')) waiting.delete(packet.packetId);
        const publish = chosen(seen, { from: 'client', type: 'publish' });
        const id = publish?.packetId;
        if (id === undefined) return 'pass';
        waiting.add(id);
        const choose = (): readonly DefectAction[] => (waiting.has(id) ? [onward('client', seen.bytes)] : []);
        act([{ do: 'later', ms: SLOW_MS, actions: [{ do: 'decide', choose }] }]);
        return 'pass';
      },
    };
  }),
];
