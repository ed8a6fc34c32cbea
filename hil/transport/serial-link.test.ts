import { expect, test } from 'vitest';
import { openPtyPair } from '../../sim/plc/serial-line/pty-pair.ts';
import { realClock } from '../runtime/real-clock.ts';
import { byteLinkContract } from './byte-link.contract.ts';
import type { SerialLine } from './byte-link.ts';
import { formatLine, openSerial } from './serial-link.ts';

const LINE: SerialLine = { baudRate: 19_200, parity: 'even', stopBits: 1 };

byteLinkContract(
  'serial (a) on a pseudo-terminal (b)',
  async () => {
    const pty = await openPtyPair({ clock: realClock });
    const a = await openSerial(pty.path, LINE);
    const dispose = async (): Promise<void> => {
      a.destroy();
      pty.dispose();
      await Promise.all([a.closed, pty.master.closed]);
    };
    return { a, b: pty.master, dispose };
  },
  // The wire stays when a port on it closes; when the wire goes, the port is disconnected, as when an adapter is unplugged.
  { datagrams: false, aSeesClose: 'error', bSeesClose: 'nothing', floodBytes: 1_048_576 },
);

test('a link is named after its path and line', async () => {
  const pty = await openPtyPair({ clock: realClock });
  const link = await openSerial(pty.path, LINE);
  expect(link.name).toBe(`serial ${pty.path} 19200 8E1`);
  await link.close();
  pty.dispose();
});

test('the line is written the usual way', () => {
  expect(formatLine({ baudRate: 9_600, parity: 'none', stopBits: 2 })).toBe('9600 8N2');
  expect(formatLine({ baudRate: 115_200, parity: 'odd', stopBits: 1 })).toBe('115200 8O1');
});

test('a path that does not exist is refused with the path and the reason', async () => {
  const opening = openSerial('/dev/fieldproof-no-such-port', LINE);
  await expect(opening).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  await expect(opening).rejects.toThrow(/\/dev\/fieldproof-no-such-port 19200 8E1 could not be opened: .*No such file/);
});

test('a port that is held by another is refused', async () => {
  const pty = await openPtyPair({ clock: realClock });
  const link = await openSerial(pty.path, LINE);
  await expect(openSerial(pty.path, LINE)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  await link.close();
  pty.dispose();
});
