import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, pathOf, TSHARK } from '../../hil/runtime/foreign-program.contract.ts';
import { LINK_TYPE } from './link-type.ts';
import { enhancedPacketBlock, interfaceDescriptionBlock, PACKET_BYTES_MAX, sectionHeaderBlock } from './pcapng-blocks.ts';
import { createTcpFrames } from './tcp-frames.ts';

/** 2026-11-22T12:34:56.789012Z */
const INSTANT_MS = Date.UTC(2026, 10, 22, 12, 34, 56, 789) + 0.012;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-pcapng-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What tshark prints of these fields, for each packet. */
function tshark(capture: readonly Uint8Array[], fields: readonly string[], options: readonly string[] = []): string[][] {
  const file = join(folder, 'capture.pcapng');
  writeFileSync(file, Buffer.concat(capture));
  const words = ['-r', file, ...options, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, TZ: 'UTC' };
  const out = execFileSync(pathOf(TSHARK), words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env });
  return out.split('\n').slice(0, -1).map((line) => line.split('\t'));
}

describeWith([TSHARK], 'tshark reads what was written', () => {
  test('interfaces, instants, comments and lengths', () => {
    const bytes = new Uint8Array(20);
    const capture = [
      sectionHeaderBlock({ application: 'fieldproof', comment: 'of a test' }),
      interfaceDescriptionBlock({ linkType: LINK_TYPE.ethernet, name: 'uplink' }),
      interfaceDescriptionBlock({ linkType: LINK_TYPE.modbusRtu, name: '/dev/pts/7', comment: 'a line' }),
      enhancedPacketBlock({ interfaceId: 1, wallMs: INSTANT_MS, bytes, comment: 'partition@uplink#1 – Störung' }),
      enhancedPacketBlock({ interfaceId: 0, wallMs: INSTANT_MS + 1_000, bytes: new Uint8Array(PACKET_BYTES_MAX + 1) }),
    ];
    const fields = ['frame.interface_name', 'frame.time_epoch', 'frame.comment', 'frame.cap_len', 'frame.len'];
    expect(tshark(capture, fields)).toEqual([
      ['/dev/pts/7', '1795350896.789012000', 'partition@uplink#1 – Störung', '20', '20'],
      ['uplink', '1795350897.789012000', '', String(PACKET_BYTES_MAX), String(PACKET_BYTES_MAX + 1)],
    ]);
  });

  test('a connection of 200 kB each way has right checksums, and nothing to remark on', () => {
    const frames = createTcpFrames({
      client: { host: '127.0.0.1', port: 40_000 },
      server: { host: '127.0.0.1', port: 9_999 },
      firstSequence: { client: 2 ** 32 - 70_000, server: 2 ** 31 },
    });
    const bytes = new Uint8Array(200_000).fill(0x61);
    const made = [...frames.open(), ...frames.data('client', bytes), ...frames.data('server', bytes)];
    made.push(...frames.close('client'), ...frames.close('server'));
    const capture = [
      sectionHeaderBlock({ application: 'fieldproof' }),
      interfaceDescriptionBlock({ linkType: LINK_TYPE.ethernet, name: 'tcp' }),
      ...made.map((frame, index) => enhancedPacketBlock({ interfaceId: 0, wallMs: INSTANT_MS + index, bytes: frame })),
    ];
    const fields = ['ip.checksum.status', 'tcp.checksum.status', 'tcp.analysis.flags', 'tcp.completeness', 'tcp.len'];
    const read = tshark(capture, fields, ['-2', '-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE']);
    expect(read.length).toBe(made.length);
    // 1 is Good; 31 is a connection with SYN, SYN-ACK, ACK, data and FIN.
    expect(new Set(read.map((row) => row.slice(0, 4).join()))).toEqual(new Set(['1,1,,31']));
    expect(read.reduce((sum, row) => sum + Number(row[4]), 0)).toBe(400_000);
  });
});
