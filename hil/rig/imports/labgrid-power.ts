import { z } from '../../runtime/schema.ts';
import { parseHostPort } from '../dut-address.ts';
import type { PowerHookInput } from '../power/power-hook.ts';

/** A power resource of labgrid in our terms, or why it is none. */
export type LabgridPower = { readonly kind: 'hook'; readonly hook: PowerHookInput } | { readonly kind: 'unmapped'; readonly because: string };

const network = z.looseObject({ model: z.string(), host: z.string(), index: z.coerce.string().default('0') });
const coil = z.looseObject({ host: z.string(), coil: z.number().int(), invert: z.boolean().default(false) });
const output = z.looseObject({ url: z.string(), body_asserted: z.string(), body_deasserted: z.string(), method: z.string().default('PUT') });

const MODBUS_PORT = 502;

/** @returns undefined for a resource that switches nothing. @see labgrid, doc/configuration.rst, "Power Ports" and "Digital Outputs" */
export function labgridPower(cls: string, params: unknown): LabgridPower | undefined {
  switch (cls) {
    case 'NetworkPowerPort':
      return networkPower(network.safeParse(params).data);
    case 'ModbusTCPCoil':
      return coilPower(coil.safeParse(params).data);
    case 'HttpDigitalOutput':
      return outputPower(output.safeParse(params).data);
    case 'PDUDaemonPort':
    case 'YKUSHPowerPort':
    case 'NetworkYKUSHPowerPort':
    case 'USBPowerPort':
    case 'NetworkUSBPowerPort':
    case 'SiSPMPowerPort':
    case 'NetworkSiSPMPowerPort':
    case 'TasmotaPowerPort':
      return unmapped(`${cls} is switched by a program of its own: write it as power: { kind: command, command: [...] }`);
    default:
      return undefined;
  }
}

/** Of labgrid's models only the two generic ones state their own request; the others stand for a vendor's protocol. */
function networkPower(data: z.infer<typeof network> | undefined): LabgridPower {
  if (data === undefined) return unmapped('NetworkPowerPort without model and host');
  const url = data.host.replaceAll('{index}', data.index);
  if (data.model === 'simplerest') return { kind: 'hook', hook: { kind: 'http', method: 'GET', url } };
  if (data.model === 'rest') return { kind: 'hook', hook: { kind: 'http', method: 'PUT', url, body: '{value}' } };
  return unmapped(`NetworkPowerPort model ${data.model} speaks its vendor's protocol: write it as power: { kind: http, ... } or { kind: command, ... }`);
}

function coilPower(data: z.infer<typeof coil> | undefined): LabgridPower {
  if (data === undefined) return unmapped('ModbusTCPCoil without host and coil');
  const address = parseHostPort(data.host) === undefined ? `${data.host}:${MODBUS_PORT}` : data.host;
  return { kind: 'hook', hook: { kind: 'modbus-coil', address, coil: data.coil, ...(data.invert ? { invert: true } : {}) } };
}

function outputPower(data: z.infer<typeof output> | undefined): LabgridPower {
  if (data === undefined) return unmapped('HttpDigitalOutput without url and bodies');
  const method = (['GET', 'POST', 'PUT'] as const).find((known) => known === data.method.toUpperCase());
  if (method === undefined) return unmapped(`HttpDigitalOutput uses ${data.method}; a power hook knows GET, POST and PUT`);
  const template = [['1', '0', '{value}'], ['on', 'off', '{state}']].find(([on, off]) => data.body_asserted === on && data.body_deasserted === off)?.[2];
  if (template === undefined) return unmapped(`HttpDigitalOutput sends "${data.body_asserted}" and "${data.body_deasserted}"; a power hook sends 1 and 0, or on and off`);
  return { kind: 'hook', hook: { kind: 'http', method, url: data.url, body: template } };
}

function unmapped(because: string): LabgridPower {
  return { kind: 'unmapped', because };
}
