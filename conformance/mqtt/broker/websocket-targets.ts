/** The sub-protocol of MQTT over WebSocket, and one that nobody has registered. */
export const SUBPROTOCOL = 'mqtt';
export const OTHER_SUBPROTOCOL = 'fieldproof-other';

/*
 * Targets of `CaseWire.open` that are WebSockets: the carrier dials the SUT's WebSocket address. Each send is one binary
 * frame. What comes in binary frames is the bytes of the connection; a text frame from the SUT cuts it.
 */

/** Offers `mqtt`; open when the SUT upgrades the connection, whatever sub-protocol it selects. */
export const WEBSOCKET = 'websocket';
/** Offers `mqtt`; open only when the SUT selects it. */
export const WEBSOCKET_MQTT = 'websocket-mqtt';
/** Offers `fieldproof-other` and `mqtt`, in this order; open only when the SUT selects `mqtt`. */
export const WEBSOCKET_LIST = 'websocket-list';
/** As `WEBSOCKET_LIST`, open whatever the SUT selects. */
export const WEBSOCKET_LIST_ANY = 'websocket-list-any';
/** Offers `fieldproof-other` alone; open only when the SUT selects it. */
export const WEBSOCKET_OTHER = 'websocket-other';
/** As `WEBSOCKET`, but each send after the first is a text frame. */
export const WEBSOCKET_TEXT = 'websocket-text';
