const INSIDE = 'the device keeps it inside: what it makes of a text that it was sent does not come back on the wire';
const LENGTH = 'the length of a text has two bytes, so a longer one cannot be sent';

/** Statements that bind a device and that nobody can judge from the wire, by key, each with the reason. */
export const DEVICE_UNOBSERVABLE: ReadonlyMap<string, string> = new Map([
  ['mqtt-3.1.1/MQTT-1.5.3-3', INSIDE],
  ['mqtt-5.0/MQTT-1.5.4-3', INSIDE],
  ['mqtt-3.1.1/MQTT-4.7.3-3', LENGTH],
  ['mqtt-5.0/MQTT-4.7.3-3', LENGTH],
]);
