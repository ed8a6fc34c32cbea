"""A Modbus TCP server of pymodbus with 125 holding registers, on a free port that its first line tells."""
import asyncio
import json

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer


async def main():
    device = ModbusSlaveContext(hr=ModbusSequentialDataBlock(1, list(range(200))))
    server = ModbusTcpServer(ModbusServerContext(slaves=device, single=True), address=("127.0.0.1", 0))
    serving = asyncio.ensure_future(server.serve_forever())
    while server.server is None:
        await asyncio.sleep(0.01)
    print(json.dumps({"port": server.server.sockets[0].getsockname()[1]}), flush=True)
    await serving


asyncio.run(main())
