import { decodeResponse } from '../../protocols/modbus/decode-response.ts';
import { encodeRequest } from '../../protocols/modbus/encode-request.ts';
import type { WriteSingleCoilRequest } from '../../protocols/modbus/request.ts';
import { unitId } from '../../protocols/modbus/unit-id.ts';
import { FieldproofError, messageOf } from '../../runtime/errors.ts';
import type { ByteLink, LinkAddress } from '../../transport/byte-link.ts';
import { parseHostPort } from '../dut-address.ts';
import { portOf, type RigLineDeps } from '../rig-line.ts';
import type { PowerHook, PowerState } from './power-hook.ts';

/**
 * Sets a coil of a relay module over Modbus TCP (FC 05). The one place of the rig that writes, and it writes to the relay
 * that the map names, never to a DUT.
 * @throws FieldproofError FP_RIG_POWER unless the module confirms.
 */
export async function writePowerCoil(hook: Extract<PowerHook, { kind: 'modbus-coil' }>, state: PowerState, deps: RigLineDeps): Promise<void> {
  const value = (state === 'on') !== hook.invert;
  const request: WriteSingleCoilRequest = { kind: 'request', functionCode: 5, address: hook.coil, value };
  const fail = (because: string, cause?: unknown): FieldproofError =>
    new FieldproofError('FP_RIG_POWER', `coil ${hook.coil} of unit ${hook.unit} at ${hook.address}: ${because}`, { cause });
  const host = parseHostPort(hook.address);
  if (host === undefined) throw fail('the address is not host:port');
  const address: LinkAddress = { kind: 'tcp', ...host };
  const link = await openOr(address, deps, fail);
  try {
    const port = portOf(link, { address, transport: 'modbus-tcp', timeoutMs: hook.timeout }, deps.clock);
    const exchange = await port.exchange(unitId(hook.unit), encodeRequest(request));
    if (exchange.kind !== 'answer') throw fail(exchange.kind === 'timeout' ? `no answer within ${hook.timeout / 1_000} s` : exchange.because);
    const response = decodeResponse(exchange.pdu, request);
    if (response.kind === 'exception') throw fail(`exception ${response.exceptionCode}`);
    if (response.kind === 'malformed') throw fail(response.because);
  } finally {
    link.destroy();
    await link.closed;
  }
}

async function openOr(address: LinkAddress, { openLink }: RigLineDeps, fail: (because: string, cause: unknown) => FieldproofError): Promise<ByteLink> {
  try {
    return await openLink(address);
  } catch (cause) {
    throw fail(messageOf(cause), cause);
  }
}
