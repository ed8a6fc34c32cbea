import type { LooseProperties } from './loose-packet.ts';
import { PacketWriter } from './packet-writer.ts';
import { NO_PROPERTIES, type MqttProperties } from './properties.ts';
import { propertyByName, type PropertyEntry } from './property-table.ts';

/** Writes a property length and the properties, in the order of their keys; bytes go out as they are, behind their length. */
export function writeProperties(writer: PacketWriter, properties: LooseProperties): void {
  if (properties === NO_PROPERTIES) {
    writer.byte(0);
    return;
  }
  const block = properties instanceof Uint8Array ? properties : encodePropertyBlock(properties);
  writer.variableByteInteger(block.length);
  writer.bytes(block);
}

/** The properties without the length in front, whatever packet they are for. @see MQTT 5.0, section 2.2.2.2 */
export function encodePropertyBlock(properties: MqttProperties): Uint8Array {
  const writer = new PacketWriter();
  for (const [name, value] of Object.entries(properties)) {
    const entry = propertyByName(name);
    if (entry === undefined || value === undefined) continue;
    writeProperty(writer, entry, value);
  }
  return writer.body();
}

/** Whether anything would be written. */
export function hasProperties(properties: LooseProperties): boolean {
  if (properties === NO_PROPERTIES) return false;
  return (properties instanceof Uint8Array ? properties : encodePropertyBlock(properties)).length > 0;
}

function writeProperty(writer: PacketWriter, entry: PropertyEntry, value: unknown): void {
  if (Array.isArray(value) && (entry.kind === 'variable' || entry.kind === 'pair')) {
    for (const item of value) writeValue(writer, entry, item);
  } else {
    writeValue(writer, entry, value);
  }
}

function writeValue(writer: PacketWriter, entry: PropertyEntry, value: unknown): void {
  writer.variableByteInteger(entry.id);
  switch (entry.kind) {
    case 'flag':
    case 'boolean':
      writer.byte(Number(value));
      return;
    case 'uint16':
      writer.uint16(Number(value));
      return;
    case 'uint32':
      writer.uint32(Number(value));
      return;
    case 'variable':
      writer.variableByteInteger(Number(value));
      return;
    case 'binary':
      writer.binary(value instanceof Uint8Array ? value : new Uint8Array(0));
      return;
    case 'text':
      writer.text(textOf(value));
      return;
    case 'pair':
    default:
      writer.text(textOf(Array.isArray(value) ? value[0] : value));
      writer.text(textOf(Array.isArray(value) ? value[1] : ''));
  }
}

function textOf(value: unknown): string | Uint8Array {
  return value instanceof Uint8Array ? value : String(value);
}
