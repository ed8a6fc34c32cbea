import type { PacketReader, TextRules } from './packet-reader.ts';
import { NO_PROPERTIES, type MqttProperties } from './properties.ts';
import { propertyById, type PropertyEntry, type PropertyHolder } from './property-table.ts';
import { RULES, type Rule } from './rules.ts';
import { topicNameFault } from './topic.ts';

type PropertyValue = boolean | number | string | Uint8Array | readonly [string, string];
const PAIR_TEXT: TextRules = { invalid: RULES['utf-8-pair'], nullCharacter: RULES['utf-8-pair'] };

type Draft = Record<string, PropertyValue | PropertyValue[]>;

/**
 * Reads a property length and the properties it counts; nothing of the kind is there in 3.1.1. Keys come in the order of
 * the wire, so that encoding them again gives the same bytes.
 * @see MQTT 5.0, section 2.2.2
 */
export function readProperties(reader: PacketReader, holder: PropertyHolder): MqttProperties {
  if (reader.version === 4) return NO_PROPERTIES;
  const length = reader.variableByteInteger('property length');
  if (length === 0) return NO_PROPERTIES;
  if (length > reader.bytesLeft) {
    reader.fail(RULES['property-length'], `property length ${length} is more than the ${reader.bytesLeft} bytes left`);
    return NO_PROPERTIES;
  }
  const packetEnd = reader.end;
  reader.end = reader.at + length;
  reader.truncationRule = RULES['property-length'];
  const draft: Draft = {};
  while (!reader.isAtEnd) readProperty(reader, holder, draft);
  reader.truncationRule = undefined;
  reader.end = packetEnd;
  // The table gives each key a value of the type that MqttProperties declares; the property tests hold it to that.
  return reader.fault === undefined ? draft : NO_PROPERTIES;
}

function readProperty(reader: PacketReader, holder: PropertyHolder, draft: Draft): void {
  const id = reader.variableByteInteger('property identifier');
  if (reader.fault !== undefined) return;
  const entry = propertyById(id);
  const section = entry?.sections[holder];
  if (entry === undefined || section === undefined) {
    const because = entry === undefined ? `no property has the identifier ${id}` : `${entry.name} has no place in ${holder}`;
    reader.fail(RULES['property-misplaced'], because);
    return;
  }
  const value = readValue(reader, entry, section);
  if (reader.fault !== undefined) return;
  keep(reader, entry, holder, value, draft);
}

function readValue(reader: PacketReader, entry: PropertyEntry, section: string): PropertyValue {
  switch (entry.kind) {
    case 'flag':
    case 'boolean': {
      const value = reader.byte(entry.name);
      if (value > 1) reader.fail(protocolError(section), `${entry.name} is ${value}, neither 0 nor 1`);
      return entry.kind === 'flag' ? value : value === 1;
    }
    case 'uint16':
      return positive(reader, entry, section, reader.uint16(entry.name));
    case 'uint32':
      return positive(reader, entry, section, reader.uint32(entry.name));
    case 'variable':
      return positive(reader, entry, section, reader.variableByteInteger(entry.name));
    case 'text':
      return entry.name === 'responseTopic' ? responseTopic(reader) : reader.text(entry.name);
    case 'binary':
      return reader.binary(entry.name);
    case 'pair':
    default:
      return [reader.text('user property name', undefined, PAIR_TEXT), reader.text('user property value', undefined, PAIR_TEXT)];
  }
}

function positive(reader: PacketReader, entry: PropertyEntry, section: string, value: number): number {
  if (value === 0 && entry.positive === true) {
    reader.fail(entry.name === 'topicAlias' ? RULES['topic-alias-0'] : protocolError(section), `${entry.name} is 0`);
  }
  return value;
}

function responseTopic(reader: PacketReader): string {
  const topic = reader.text('response topic');
  const fault = reader.fault === undefined ? topicNameFault(topic) : undefined;
  if (fault === 'wildcard') reader.fail(RULES['response-topic-wildcard'], `response topic "${topic}" holds a wildcard`);
  if (fault === 'empty') reader.fail(RULES['topic-empty'], 'response topic is empty');
  return topic;
}

function keep(reader: PacketReader, entry: PropertyEntry, holder: PropertyHolder, value: PropertyValue, draft: Draft): void {
  const present = draft[entry.name];
  const isRepeatable = entry.kind === 'pair' || entry.repeatsIn?.includes(holder) === true;
  if (present !== undefined && !isRepeatable) {
    reader.fail(protocolError(entry.sections[holder] ?? ''), `${entry.name} comes twice`);
  } else if (entry.kind !== 'pair' && entry.kind !== 'variable') {
    draft[entry.name] = value;
  } else if (Array.isArray(present)) {
    present.push(value);
  } else {
    draft[entry.name] = [value];
  }
}

function protocolError(section: string): Rule {
  return { v5: `5.0 section ${section}`, reasonCode: 0x82 };
}
