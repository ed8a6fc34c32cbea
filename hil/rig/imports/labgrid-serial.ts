import { z } from '../../runtime/schema.ts';

/** labgrid's default for every serial resource. */
const SPEED_DEFAULT = 115_200;

/** What a serial or Modbus resource of labgrid says in our terms. */
export interface LabgridPort {
  readonly address: string;
  readonly baudRate: number;
  readonly unit: number;
  readonly notes: readonly string[];
}

const speed = z.number().int().default(SPEED_DEFAULT);
const matchSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const raw = z.looseObject({ port: z.string(), speed });
const network = z.looseObject({ host: z.string(), port: z.coerce.number().int(), speed, protocol: z.string().default('rfc2217') });
const modbus = z.looseObject({ port: z.string(), address: z.number().int(), speed });
const usb = z.looseObject({ match: matchSchema.default({}), speed });

/** @returns undefined for a resource that is no port, or lacks what its class needs. @see labgrid, doc/configuration.rst, "Serial Ports" */
export function labgridPort(cls: string, params: unknown): LabgridPort | undefined {
  switch (cls) {
    case 'RawSerialPort': {
      const { data } = raw.safeParse(params);
      return data && { address: data.port, baudRate: data.speed, unit: 1, notes: [] };
    }
    case 'ModbusRTU': {
      const { data } = modbus.safeParse(params);
      return data && { address: data.port, baudRate: data.speed, unit: data.address, notes: [] };
    }
    case 'NetworkSerialPort': {
      const { data } = network.safeParse(params);
      return data && { address: `${data.host}:${data.port}`, baudRate: data.speed, unit: 1, notes: networkNotes(data.protocol) };
    }
    case 'USBSerialPort': {
      const { data } = usb.safeParse(params);
      return data && usbPort(data);
    }
    default:
      return undefined;
  }
}

function networkNotes(protocol: string): string[] {
  return protocol === 'raw' ? [] : [`NetworkSerialPort speaks ${protocol}; the rig speaks raw TCP only: switch the serial server to raw`];
}

/** udev names a port by its adapter's serial number in /dev/serial/by-id; the whole name has to be looked up at the bench. */
function usbPort({ match, speed: baudRate }: z.infer<typeof usb>): LabgridPort {
  const text = (key: string): string | undefined => {
    const value = match[key] ?? match[`@${key}`];
    return value === undefined ? undefined : String(value);
  };
  const serial = text('ID_SERIAL') ?? text('ID_SERIAL_SHORT');
  const part = text('ID_USB_INTERFACE_NUM') ?? '00';
  const address = `/dev/serial/by-id/usb-${serial ?? 'unknown'}-if${part}-port0`;
  const stated = Object.entries(match).map(([key, value]) => `${key}=${value}`).join(', ');
  return { address, baudRate, unit: 1, notes: [`USBSerialPort matches ${stated || 'nothing'}: ${address} is a guess, \`rig scan\` shows the real name`] };
}
