/** A test that shows a statement, by its title in its file (paths from the root of the repository). */
export interface ShownByTest {
  readonly file: string;
  readonly title: string;
}

/** Why no test shows a statement, or what is left open beside the one that does. */
export interface Explained {
  readonly because: string;
}

const RTU_FRAMES = 'sim/plc/musts/rtu-frames.test.ts';
const ASCII_FRAMES = 'sim/plc/musts/ascii-frames.test.ts';
const TCP_FRAMES = 'sim/plc/musts/tcp-frames.test.ts';
const RTU_SERVER = 'sim/plc/rtu-server.test.ts';
const TCP_SERVER = 'sim/plc/tcp-server.test.ts';
const MBAP = 'sim/plc/mbap-session.prop.test.ts';
const CODECS = 'hil/protocols/modbus';

/** What shows the statements that no probe shows on all their transports. */
export const EVIDENCE: Readonly<Record<string, readonly (ShownByTest | Explained)[]>> = {
  'MB-APP-GEN-11': [{ file: 'sim/plc/musts/musts.test.ts', title: 'the profile schema says that its addresses are PDU addresses' }],
  'MB-APP-GEN-15': [{ file: 'hil/gateway/southbound/point-codec.prop.test.ts', title: 'any registers of %s survive decoding and encoding in every order' }],
  'MB-APP-08-07': [{ file: ASCII_FRAMES, title: 'FC08/3 changes what ends a frame, for that unit, from the next message on' }],
  'MB-APP-08-11': [{ file: RTU_FRAMES, title: 'a client that sends faster than the line lets it overruns the server: FC08/18 counts it, /20 clears it' }],
  'MB-APP-EXC-03': [{ file: 'sim/plc/modbus-server.prop.test.ts', title: 'any bytes get one well-formed answer: the function code, or its exception' }],
  'MB-APP-EXC-07': [{ file: 'sim/plc/modbus-server.test.ts', title: '04 when the process shows a value that its registers cannot hold' }],
  'MB-SER-ADR-05': [{ file: RTU_FRAMES, title: 'answers of other servers on a shared line are not taken for requests' }],
  'MB-SER-RTU-01': [
    { file: RTU_FRAMES, title: 'at %i bit/s a character takes 11 bits' },
    { because: 'bits and their order are the work of the serial port, which `openSerial` sets to 8 data bits; a pseudo-terminal has none' },
  ],
  'MB-SER-RTU-02': [{ file: RTU_FRAMES, title: 'the answer keeps the silence of 3.5 characters after the request' }],
  'MB-SER-RTU-03': [
    { file: RTU_FRAMES, title: 'trailing bytes spoil a frame' },
    { file: RTU_FRAMES, title: 'two frames without a silence between them are none' },
    { because: 'with framing by length, the default for pseudo-terminals, a frame ends where its function code says: such carriers break silences' },
  ],
  'MB-SER-RTU-06': [{ file: RTU_FRAMES, title: 'noise and a partial frame are dropped at the next silence, and the good frame after it is answered' }],
  'MB-SER-RTU-07': [{ file: RTU_FRAMES, title: 'a receiver that starts in the middle of traffic waits for a silence' }],
  'MB-SER-RTU-08': [{ file: RTU_FRAMES, title: 'more than 256 bytes without a silence are never a frame' }],
  'MB-SER-CRC-01': [{ file: `${CODECS}/rtu.test.ts`, title: 'a frame is unit id, PDU and CRC with its low byte first' }],
  'MB-SER-CRC-02': [{ file: RTU_SERVER, title: 'a wrong CRC gets silence and changes nothing; the next good frame is answered' }],
  'MB-SER-CRC-03': [{ file: RTU_SERVER, title: 'a wrong CRC gets silence and changes nothing; the next good frame is answered' }],
  'MB-SER-ASC-02': [
    { file: ASCII_FRAMES, title: 'a frame is colon, digits, LRC with its high digit first, CR and LF' },
    { file: ASCII_FRAMES, title: 'FC08/3 changes what ends a frame, for that unit, from the next message on' },
  ],
  'MB-SER-ASC-03': [{ file: ASCII_FRAMES, title: 'a colon inside a frame drops what was received and starts anew' }],
  'MB-SER-ASC-04': [{ file: ASCII_FRAMES, title: 'a gap of more than a second inside a frame is an error, unless a longer one is configured' }],
  'MB-SER-ASC-05': [{ file: ASCII_FRAMES, title: 'a frame is colon, digits, LRC with its high digit first, CR and LF' }],
  'MB-SER-ASC-06': [{ file: ASCII_FRAMES, title: 'the largest frame has 513 characters' }],
  'MB-SER-ASC-07': [{ file: ASCII_FRAMES, title: 'a frame with %s is dropped without answer and changes nothing' }],
  'MB-SER-PHY-01': [{ file: RTU_FRAMES, title: 'at %i bit/s a character takes 11 bits' }],
  'MB-SER-PHY-02': [
    { file: RTU_FRAMES, title: 'a serial group is 19200 8E1 by default, has two stop bits without parity, and says that its line has no bit rate' },
    { because: 'a pseudo-terminal has no bit rate to be within one percent of; on hardware the adapter makes it' },
  ],
  'MB-SER-PHY-03': [{ file: RTU_FRAMES, title: 'a serial group is 19200 8E1 by default, has two stop bits without parity, and says that its line has no bit rate' }],
  'MB-SER-PHY-04': [
    { file: RTU_FRAMES, title: 'at %i bit/s a character takes 11 bits' },
    { file: ASCII_FRAMES, title: 'a broadcast write is executed by every unit, however its frames end, and answered by none' },
  ],
  'MB-TCP-MBAP-01': [{ file: MBAP, title: 'however the stream is cut, each Modbus request is answered once, in order, under its own transaction id' }],
  'MB-TCP-MBAP-02': [{ file: MBAP, title: 'however the stream is cut, each Modbus request is answered once, in order, under its own transaction id' }],
  'MB-TCP-MBAP-03': [{ file: MBAP, title: 'however the stream is cut, each Modbus request is answered once, in order, under its own transaction id' }],
  'MB-TCP-MBAP-04': [{ file: TCP_SERVER, title: 'it answers to its own unit id, 0 and 255, with the unit id it was asked under; to others not at all' }],
  'MB-TCP-MBAP-05': [
    { file: MBAP, title: 'a header that leaves no room for a PDU is skipped' },
    { file: MBAP, title: 'a length above 254 closes the connection, after what was asked before it is answered' },
  ],
  'MB-TCP-MBAP-06': [{ file: `${CODECS}/tcp.test.ts`, title: 'a frame is MBAP header and PDU, big-endian, without check value' }],
  'MB-TCP-FRM-01': [{ file: TCP_SERVER, title: 'pipelined requests, cut anywhere, are answered in order under their transaction ids' }],
  'MB-TCP-FRM-03': [{ file: MBAP, title: 'a length above 254 closes the connection, after what was asked before it is answered' }],
  'MB-TCP-FRM-04': [{ file: TCP_SERVER, title: 'a broken header closes its own connection and no other' }],
  'MB-TCP-FRM-06': [{ file: 'sim/plc/modbus-server.test.ts', title: '03 for data that is cut short' }],
  'MB-TCP-PIPE-01': [{ file: TCP_FRAMES, title: 'a hundred requests in one segment are each answered once, in order' }],
  'MB-TCP-PIPE-05': [
    { file: TCP_FRAMES, title: 'a hundred requests in one segment are each answered once, in order' },
    { because: 'one transaction runs at a time on a connection, and ends before the next begins, so the limit (1) is never passed and 06 never due' },
  ],
  'MB-TCP-CONN-01': [
    { file: TCP_FRAMES, title: 'each of several connections gets its own answers' },
    { because: 'the limit is published: `CONNECTIONS_MAX`, 16, and `connectionsMax`' },
  ],
  'MB-TCP-CONN-02': [{ file: TCP_SERVER, title: 'a client that leaves in the middle of a request disturbs nobody' }],
  'MB-TCP-CONN-07': [
    { file: TCP_SERVER, title: 'stop closes the connections and gives the port back' },
    { because: 'the port is configurable, 502 included, but not 502 by default: a testbed runs without the rights that 502 needs, and many devices share a machine' },
  ],
  'MB-TCP-CONN-08': [{ file: TCP_FRAMES, title: 'the server asks quiet connections whether they are still there (keep-alive)' }],
  'MB-TCP-CONN-09': [{ file: TCP_SERVER, title: 'one connection too many closes the one that has been quiet for longest' }],
  'MB-TCP-SRV-01': [{ file: TCP_FRAMES, title: 'each of several connections gets its own answers' }],
};
