"""The TCP server of pymodbus, to be judged by the suite modbus-server; on a free port that its first line tells.

Its data is that of libmodbus-server.c.
"""
import asyncio
import json

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server.async_io import ModbusTcpServer

BITS = [address % 5 < 2 for address in range(2048)]


async def main():
    device = ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, list(BITS)),
        di=ModbusSequentialDataBlock(0, list(BITS)),
        hr=ModbusSequentialDataBlock(0, [1000 + address for address in range(200)]),
        ir=ModbusSequentialDataBlock(0, [256 + address for address in range(130)]),
        zero_mode=True,
    )
    identity = ModbusDeviceIdentification(info_name={"VendorName": "Acme", "ProductCode": "X1", "MajorMinorRevision": "1.0"})
    server = ModbusTcpServer(ModbusServerContext(slaves=device, single=True), identity=identity, address=("127.0.0.1", 0))
    serving = asyncio.ensure_future(server.serve_forever())
    while server.server is None:
        await asyncio.sleep(0.01)
    print(json.dumps({"port": server.server.sockets[0].getsockname()[1]}), flush=True)
    await serving


asyncio.run(main())
