import type { Carrier } from '../../conformance/modbus/bench/carrier.ts';
import { DEFAULT_LINE, linkAddressOf } from '../../hil/rig/dut-address.ts';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import { findDut, loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { LinkAddress, SerialLine } from '../../hil/transport/byte-link.ts';

/** Where a Modbus server is, and what its frames travel on. */
export interface ModbusAddress {
  readonly carrier: Carrier;
  readonly link: LinkAddress;
  /** RTU frames over TCP: the converter between keeps no silences. */
  readonly isConverted: boolean;
  /** The device of the rig that it is: leased while it is tested. */
  readonly dut: Dut | undefined;
}

/** The hardware map that is meant when the address names none. */
const DEFAULT_MAP = 'lab.yaml';
const MODBUS_PORT = 502;
const HINT = 'Write modbus-tcp://host:502, modbus-rtu:///dev/ttyUSB0?baud=19200&parity=even&stopBits=1, modbus-ascii:///dev/..., modbus-rtu-tcp://host:port, rig:<dut> or rig:<map.yaml>#<dut>.';
const CARRIERS: Readonly<Record<string, Carrier>> = { 'modbus-tcp:': 'tcp', 'modbus-rtu:': 'rtu', 'modbus-ascii:': 'ascii', 'modbus-rtu-tcp:': 'rtu' };

/**
 * Reads the address of a Modbus server.
 * @throws FieldproofError FP_USAGE; for `rig:` those of `loadHardwareMap` and FP_RIG_UNKNOWN_DUT.
 */
export function parseModbusAddress(text: string): ModbusAddress {
  if (text.startsWith('rig:')) return ofRig(text.slice('rig:'.length));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const carrier = CARRIERS[url?.protocol ?? ''];
  if (url === undefined || carrier === undefined) throw refused(text);
  const isTcp = url.protocol.endsWith('-tcp:');
  if (isTcp && url.hostname === '') throw refused(text);
  if (isTcp) return { carrier, link: { kind: 'tcp', host: url.hostname.replace(/^\[(.*)\]$/u, '$1'), port: url.port === '' ? MODBUS_PORT : Number(url.port) }, isConverted: carrier === 'rtu', dut: undefined };
  const path = decodeURIComponent(`${url.hostname === '' ? '' : url.hostname}${url.pathname}`);
  if (path === '' || path === '/') throw refused(text);
  return { carrier, link: { kind: 'serial', path, line: lineOf(url.searchParams, text) }, isConverted: false, dut: undefined };
}

/** Whether an address is one of a Modbus server at all. */
export function isModbusAddress(text: string): boolean {
  return text.startsWith('rig:') || Object.keys(CARRIERS).some((scheme) => text.startsWith(scheme));
}

function lineOf(query: URLSearchParams, text: string): SerialLine {
  const baudRate = Number(query.get('baud') ?? DEFAULT_LINE.baudRate);
  const parity = query.get('parity') ?? DEFAULT_LINE.parity;
  const stopBits = Number(query.get('stopBits') ?? (parity === 'none' ? 2 : 1));
  const isKnown = [...query.keys()].every((key) => ['baud', 'parity', 'stopBits'].includes(key));
  const isParity = parity === 'even' || parity === 'odd' || parity === 'none';
  if (!isKnown || !isParity || !Number.isInteger(baudRate) || baudRate < 300 || baudRate > 921_600) throw refused(text);
  if (stopBits !== 1 && stopBits !== 2) throw refused(text);
  return { baudRate, parity, stopBits };
}

function ofRig(text: string): ModbusAddress {
  const [map, id] = text.includes('#') ? [text.slice(0, text.lastIndexOf('#')), text.slice(text.lastIndexOf('#') + 1)] : [DEFAULT_MAP, text];
  const dut = findDut(loadHardwareMap(map), id);
  if (!dut.connected) throw new FieldproofError('FP_RIG_MISSING', `the hardware map says that ${dut.id} is not connected`, { hint: 'Attach it and take connected: false out of its entry.' });
  const link = linkAddressOf(dut);
  const carrier = dut.transport === 'modbus-tcp' ? 'tcp' : dut.transport === 'modbus-ascii' ? 'ascii' : 'rtu';
  return { carrier, link, isConverted: carrier !== 'tcp' && link.kind === 'tcp', dut };
}

function refused(text: string): FieldproofError {
  return new FieldproofError('FP_USAGE', `'${text}' is no address of a Modbus server`, { hint: HINT });
}
