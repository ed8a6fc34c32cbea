import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { encodeAscii } from '../../../hil/protocols/modbus/ascii.ts';
import { decodeRtu, encodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { observeNothing } from '../../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import { createOpenLink } from '../../../hil/transport/open-link.ts';
import { createActiveModbusFaults } from '../../modbus-faults/active-modbus-faults.ts';
import type { PlcGroupOptions } from '../plc-group-options.ts';
import { startPlcGroup, type PlcGroup, type PlcGroupDeps } from '../virtual-plc-group.ts';
import { openPtyPair, type PtyPair } from './pty-pair.ts';

const ptys: PtyPair[] = [];
const groups: PlcGroup[] = [];
const folder = mkdtempSync(join(tmpdir(), 'fieldproof-port-'));
afterEach(async () => {
  await Promise.all(groups.splice(0).map((group) => group.stop()));
  for (const pty of ptys.splice(0)) {
    pty.dispose();
    await pty.master.closed;
  }
  rmSync(join(folder, 'port'), { force: true });
});

const deps: PlcGroupDeps = { clock: realClock, observe: observeNothing, log: silentLogger, random: randomFromSeed(1), openLink: createOpenLink({ clock: realClock, timeoutMs: 1_000 }) };

async function cable(): Promise<PtyPair> {
  const pty = await openPtyPair({ clock: realClock });
  ptys.push(pty);
  return pty;
}

async function serveOn(serialPath: string, transport: 'modbus-rtu' | 'modbus-ascii', more: PlcGroupDeps = deps): Promise<PlcGroup> {
  const options: PlcGroupOptions = { group: 'line', profile: 'motor-drive', transport, units: [5], baudRate: 115_200, parity: 'none', serialPath };
  const group = await startPlcGroup(options, more);
  groups.push(group);
  return group;
}

/** Everything that came back, once `byteCount` bytes have. */
function answered(link: ByteLink, byteCount: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    link.onBytes((chunk) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length >= byteCount) resolve(seen);
    });
  });
}

const READ = Uint8Array.of(4, 0, 0, 0, 1);

test('on RTU a client at the other end of an existing port is answered, and the endpoint names that port', async () => {
  const { path, master } = await cable();
  const group = await serveOn(path, 'modbus-rtu');
  expect(group.devices[0]?.endpoint).toMatchObject({ transport: 'modbus-rtu', path, baudRate: 115_200 });
  const answer = answered(master, 7);
  await master.send(encodeRtu(unitId(5), READ));
  const decoded = decodeRtu(await answer);
  expect(decoded.kind === 'frame' && [decoded.unitId, ...decoded.pdu.subarray(0, 2)]).toEqual([5, 4, 2]);
});

test('so it is on ASCII', async () => {
  const { path, master } = await cable();
  await serveOn(path, 'modbus-ascii');
  const answer = answered(master, 15);
  await master.send(encodeAscii(unitId(5), READ));
  expect((await answer).toString('latin1')).toMatch(/^:050402[0-9A-F]{6}\r\n$/u);
});

test('a port that goes away is opened again when it is back', async () => {
  const first = await cable();
  const port = join(folder, 'port');
  symlinkSync(first.path, port);
  await serveOn(port, 'modbus-rtu');
  first.dispose();
  await first.master.closed;
  rmSync(port);
  const second = await cable();
  symlinkSync(second.path, port);
  const answer = answered(second.master, 7);
  // What comes before the port is open again waits in the terminal, or is lost: a client asks again.
  const asking = setInterval(() => void second.master.send(encodeRtu(unitId(5), READ)).catch(() => undefined), 300);
  expect([...(await answer).subarray(0, 3)]).toEqual([5, 4, 2]);
  clearInterval(asking);
});

test('faults act on it, but its plug is out of reach', async () => {
  const { path, master } = await cable();
  const faults = createActiveModbusFaults({ clock: realClock, random: randomFromSeed(2), observe: observeNothing });
  const group = await serveOn(path, 'modbus-rtu', { ...deps, faults });
  expect(await group.probe()).toMatchObject({ ok: true });
  await faults.start({ fault: 'busy', kind: 'modbus.exception', params: { code: 6 }, seedHex: randomFromSeed(3).seedHex });
  const answer = answered(master, 5);
  await master.send(encodeRtu(unitId(5), READ));
  expect([...(await answer).subarray(0, 3)]).toEqual([5, 0x84, 6]);
  await expect(faults.start({ fault: 'pull', kind: 'serialDisconnect', params: {}, seedHex: randomFromSeed(3).seedHex })).rejects.toThrow('only a hand can unplug');
});

test('a port that is not there is refused', async () => {
  await expect(serveOn('/dev/not-there', 'modbus-rtu')).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
});
