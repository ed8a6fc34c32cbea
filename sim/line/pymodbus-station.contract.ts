import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, type ForeignProgram } from '../../hil/runtime/foreign-program.contract.ts';

/** A Python that has pymodbus: the one on PATH may be another than the system's. */
export const PYMODBUS: ForeignProgram = {
  name: 'pymodbus',
  aptPackage: 'python3-pymodbus',
  path: ['python3', '/usr/bin/python3'].find((python) => spawnSync(python, ['-c', 'import pymodbus, serial']).status === 0),
};

const SCRIPT = `
import asyncio, sys
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusSerialServer
from pymodbus.transaction import ModbusRtuFramer

async def main():
    slave = ModbusSlaveContext(hr=ModbusSparseDataBlock({0: 4711, 1: 42}), zero_mode=True)
    context = ModbusServerContext(slaves={int(sys.argv[2]): slave}, single=False)
    server = ModbusSerialServer(context, framer=ModbusRtuFramer, port=sys.argv[1], baudrate=int(sys.argv[3]), ignore_missing_slaves=True)
    await server.start()
    print("ready", flush=True)
    await server.serve_forever()

asyncio.run(main())
`;

/** A Modbus RTU server that none of us wrote, on a serial port: holding registers 0 and 1 hold 4711 and 42. */
export async function startPymodbusStation(path: string, unit: number, baudRate: number): Promise<{ readonly stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-pymodbus-'));
  const script = join(folder, 'station.py');
  writeFileSync(script, SCRIPT);
  const child = spawn(pathOf(PYMODBUS), [script, path, String(unit), String(baudRate)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const exited = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.stdout.once('data', () => resolve());
    void exited.then(() => reject(new Error(`pymodbus ended: ${said}`)));
  });
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
