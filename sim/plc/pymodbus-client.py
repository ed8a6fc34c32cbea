"""Asks a Modbus server with pymodbus, once with each function code, and prints what came back as one line of JSON.

Arguments: `tcp HOST PORT UNIT`, or `rtu-tcp HOST PORT UNIT` (RTU frames through a raw serial server), or `rtu PATH BAUD UNIT`, or `ascii PATH BAUD UNIT` (without parity, as pseudo-terminals have it).
"""
import json
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.diag_message import (
    ForceListenOnlyModeRequest,
    RestartCommunicationsOptionRequest,
    ReturnBusExceptionErrorCountRequest,
    ReturnBusMessageCountRequest,
    ReturnQueryDataRequest,
)
from pymodbus.file_message import FileRecord, ReadFifoQueueRequest, ReadFileRecordRequest, WriteFileRecordRequest
from pymodbus.mei_message import ReadDeviceInformationRequest
from pymodbus.other_message import (
    GetCommEventCounterRequest,
    GetCommEventLogRequest,
    ReadExceptionStatusRequest,
    ReportSlaveIdRequest,
)
from pymodbus.pdu import ExceptionResponse
from pymodbus.register_read_message import ReadWriteMultipleRegistersRequest
from pymodbus.register_write_message import MaskWriteRegisterRequest
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer


def open_client(kind, where, number):
    if kind == "tcp":
        return ModbusTcpClient(where, port=int(number), timeout=2)
    if kind == "rtu-tcp":
        return ModbusTcpClient(where, port=int(number), framer=ModbusRtuFramer, timeout=2)
    framer = ModbusRtuFramer if kind == "rtu" else ModbusAsciiFramer
    return ModbusSerialClient(where, framer=framer, baudrate=int(number), parity="N", stopbits=2, timeout=2)


def main():
    kind, where, number, unit_text = sys.argv[1:5]
    unit = int(unit_text)
    client = open_client(kind, where, number)
    if not client.connect():
        sys.exit("no connection")

    def ask(request, read):
        request.unit_id = unit
        response = client.execute(request)
        if isinstance(response, ExceptionResponse):
            return {"exception": response.exception_code}
        if response.isError():
            return {"error": str(response)}
        return read(response)

    def identification(read_code, object_id):
        return ask(
            ReadDeviceInformationRequest(read_code, object_id),
            lambda r: {"level": r.conformity, "more": r.more_follows, "objects": {k: v.decode() for k, v in r.information.items()}},
        )

    def diagnostic(request):
        return ask(request, lambda r: list(r.message))

    results = {
        "write registers": client.write_registers(0, [2, 11, 12, 13], slave=unit).isError(),
        "mask write": ask(MaskWriteRegisterRequest(1, 0x00F2, 0x0025), lambda r: [r.address, r.and_mask, r.or_mask]),
        "masked": client.read_holding_registers(1, 1, slave=unit).registers,
        "read write": ask(
            ReadWriteMultipleRegistersRequest(read_address=1, read_count=3, write_address=2, write_registers=[500, 501]),
            lambda r: r.registers,
        ),
        "read write past the last": ask(
            ReadWriteMultipleRegistersRequest(read_address=1, read_count=3, write_address=39, write_registers=[500, 501]),
            lambda r: r.registers,
        ),
        # pymodbus 3.0 leaves out the last four registers of a queue.
        "fifo": ask(ReadFifoQueueRequest(8), lambda r: r.values),
        "fifo too long": ask(ReadFifoQueueRequest(7), lambda r: r.values),
        "write file": ask(
            WriteFileRecordRequest([FileRecord(file_number=4, record_number=7, record_data=b"\x06\xaf\x04\xbe\x10\x0d")]),
            lambda r: [[record.file_number, record.record_number, record.record_data.hex()] for record in r.records],
        ),
        "read file": ask(
            ReadFileRecordRequest([FileRecord(file_number=4, record_number=8, record_length=2)]),
            lambda r: [record.record_data.hex() for record in r.records],
        ),
        "read no file": ask(ReadFileRecordRequest([FileRecord(file_number=99, record_number=0, record_length=1)]), lambda r: []),
        "basic": identification(1, 0),
        "regular": identification(2, 0),
        "one object": identification(4, 1),
        "no object": identification(4, 0x77),
        "exception status": ask(ReadExceptionStatusRequest(), lambda r: r.status),
        "server id": ask(ReportSlaveIdRequest(), lambda r: r.identifier.hex()),
        "query data": diagnostic(ReturnQueryDataRequest([0xA537])),
        "exceptions": diagnostic(ReturnBusExceptionErrorCountRequest()),
        "restart": diagnostic(RestartCommunicationsOptionRequest(True)),
        "messages": diagnostic(ReturnBusMessageCountRequest()),
        "event count": ask(GetCommEventCounterRequest(), lambda r: r.count),
        "event log": ask(GetCommEventLogRequest(), lambda r: [r.event_count, r.message_count, r.events]),
    }
    silent = ForceListenOnlyModeRequest()
    silent.unit_id = unit
    silent.should_respond = False
    client.execute(silent)
    client.params.timeout = 0.5
    results["listen only"] = client.read_holding_registers(0, 1, slave=unit).isError()
    client.close()
    print(json.dumps(results))


main()
