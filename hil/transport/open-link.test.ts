import { expect, test } from 'vitest';
import { openPtyPair } from '../../sim/plc/serial-line/pty-pair.ts';
import { realClock } from '../runtime/real-clock.ts';
import { createOpenLink } from './open-link.ts';
import { listenTcp } from './tcp-link.ts';

const openLink = createOpenLink({ clock: realClock, timeoutMs: 5_000 });
const line = { baudRate: 9_600, parity: 'none', stopBits: 1 } as const;

test('a TCP address opens a TCP link', async () => {
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 }, () => undefined);
  const link = await openLink({ kind: 'tcp', host: '127.0.0.1', port: listener.port });
  expect(link.name).toBe(`tcp 127.0.0.1:${listener.port}`);
  link.destroy();
  await listener.close();
});

test('a serial address opens a serial link', async () => {
  const pty = await openPtyPair({ clock: realClock });
  const link = await openLink({ kind: 'serial', path: pty.path, line });
  expect(link.name).toBe(`serial ${pty.path} 9600 8N1`);
  await link.close();
  pty.dispose();
});

test('a serial port whose opening was cancelled is given back', async () => {
  const pty = await openPtyPair({ clock: realClock });
  const controller = new AbortController();
  const opening = openLink({ kind: 'serial', path: pty.path, line }, controller.signal);
  controller.abort();
  await expect(opening).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  const link = await openLink({ kind: 'serial', path: pty.path, line });
  await link.close();
  await expect(openLink({ kind: 'serial', path: pty.path, line }, AbortSignal.abort())).rejects.toThrow('cancelled');
  pty.dispose();
});
