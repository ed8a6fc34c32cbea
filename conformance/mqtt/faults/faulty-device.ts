import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { MqttPacket, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { acknowledgement, text, textOf } from '../bench/mqtt-bench.ts';
import type { DeviceBench } from '../device/device-bench.ts';
import type { DeviceConnection } from '../device/device-connection.ts';
import type { HandshakeEvent } from './handshake-model.ts';
import { receiverAfter, receiverAtStart, type ReceiverState } from './receiver-model.ts';
import { owedBySender, senderAfter, senderAtStart, type SenderState } from './sender-model.ts';

/** How the broker that is the tester ends a connection. */
export type DeviceCut = 'fin' | 'reset';

/** A device with a session that is kept, on connections that end. The tester answers only what the case says. */
class CutDevice {
  readonly bench: DeviceBench;
  connection: DeviceConnection;

  constructor(bench: DeviceBench, connection: DeviceConnection) {
    this.bench = bench;
    this.connection = connection;
    withhold(connection);
  }

  /** Cut, and connected again to its session; inconclusive when the device does not ask for it. */
  async cutAndResume(how: DeviceCut): Promise<void> {
    await this.connection.close(how);
    const again = await this.bench.open();
    if (again.connect.cleanStart) inconclusiveCase('the device does not ask for the session before');
    withhold(again);
    await this.bench.connack(again, { sessionPresent: true });
    this.connection = again;
  }
}

/** A publication of the device, followed through its handshake by the model. */
export class DevicePublication {
  readonly #device: CutDevice;
  readonly #publish: PublishPacket;
  #state: SenderState;
  /** Packets of the connection that the model has been told. */
  #told = 0;

  constructor(device: CutDevice, publish: PublishPacket) {
    this.#device = device;
    // The bytes are its own only while it is new.
    this.#publish = { ...publish, payload: new Uint8Array(publish.payload) };
    this.#state = senderAtStart({ version: device.bench.version, qos: publish.qos === 2 ? 2 : 1, sut: 'client' });
    this.#tell();
  }

  get packetId(): number {
    return this.#publish.packetId ?? 0;
  }

  async answer(type: 'puback' | 'pubrec' | 'pubcomp'): Promise<void> {
    await this.#device.connection.send(acknowledgement(type, this.packetId));
    this.#take({ kind: type, packetId: this.packetId });
  }

  /** The first two bytes of an answer. */
  async answerHalf(type: 'puback' | 'pubrec' | 'pubcomp'): Promise<void> {
    await this.#device.connection.sendBytes(encodeLoose(acknowledgement(type, this.packetId), this.#device.bench.version).subarray(0, 2));
  }

  async cutAndResume(how: DeviceCut): Promise<void> {
    this.#tell();
    this.#take({ kind: 'cut' });
    await this.#device.cutAndResume(how);
    this.#told = 0;
    this.#take({ kind: 'resumed', kept: true });
  }

  /** Lets time pass, and hears what comes meanwhile. */
  async serve(ms: number): Promise<void> {
    await this.#device.connection.serve(ms);
    this.#tell();
  }

  /** Waits until the device has sent whatever the model says that it owes now. */
  async untilNothingIsOwed(): Promise<void> {
    const { connection, bench } = this.#device;
    const isPaid = (): boolean => {
      this.#tell();
      return owedBySender(this.#state).length === 0;
    };
    if (isPaid()) return;
    await connection.until(isPaid, bench.publishWaitMs);
    if (isPaid()) return;
    const due = owedBySender(this.#state).map(({ oneOf, packetId }) => `${oneOf.join(' or ').toUpperCase()} ${packetId}`);
    failCase(`${connection.name}: ${due.join(', ')} is due on the resumed session and did not come within ${bench.publishWaitMs} ms`, ['MQTT-4.4.0-1']);
  }

  /** Brings the handshake to its end. */
  async finish(): Promise<void> {
    await this.untilNothingIsOwed();
    const phase = (): string | undefined => this.#state.open.get(this.packetId)?.phase;
    if (phase() === 'published') await this.answer(this.#publish.qos === 1 ? 'puback' : 'pubrec');
    await this.untilNothingIsOwed();
    if (phase() === 'released') await this.answer('pubcomp');
    await this.serve(this.#device.bench.context.pixit.quietMs);
  }

  /** Tells the model what has come of this publication; everything else that a device sends is not its business. */
  #tell(): void {
    const { heard } = this.#device.connection;
    for (; this.#told < heard.length; this.#told += 1) {
      const one = heard[this.#told];
      if (one?.kind === 'packet') this.#hear(one.packet);
    }
  }

  #hear(packet: MqttPacket): void {
    if (packet.type === 'pubrel' && packet.packetId === this.packetId) this.#take({ kind: 'pubrel', packetId: packet.packetId });
    if (packet.type !== 'publish' || packet.packetId !== this.packetId || packet.topic !== this.#publish.topic) return;
    if (textOf(packet.payload) !== textOf(this.#publish.payload)) return;
    const phase = this.#state.open.get(this.packetId)?.phase;
    // A device may publish the same value again under an identifier that is free by now.
    if (phase === 'answered' && !packet.dup) return;
    this.#take({ kind: 'publish', packetId: packet.packetId, message: 'the publication', dup: packet.dup });
  }

  #take(event: HandshakeEvent): void {
    this.#state = senderAfter(this.#state, event);
    const [violation] = this.#state.violations;
    if (violation !== undefined) failCase(`${this.#device.connection.name}: ${violation.because}`, [violation.statement]);
  }
}

/** Starts the device and waits for a publication of it at this QoS, which is not answered. */
export async function devicePublication(bench: DeviceBench, qos: 1 | 2): Promise<DevicePublication> {
  const device = await cutDevice(bench);
  const publish = await bench.publication(device.connection, qos, ({ dup }) => !dup);
  return new DevicePublication(device, publish);
}

/** A message to the device, followed through its handshake by the model. What its application sees shows nowhere. */
export class DeviceDelivery {
  readonly #device: CutDevice;
  readonly #topic: string;
  readonly #packetId: number;
  #state: ReceiverState;
  #told: number;

  constructor(device: CutDevice, topic: string, qos: 1 | 2) {
    this.#device = device;
    this.#topic = topic;
    this.#packetId = device.bench.packetId();
    this.#state = receiverAtStart({ version: device.bench.version, qos, sut: 'client' });
    this.#told = device.connection.heard.length;
  }

  async publish(dup = false, copies = 1): Promise<void> {
    const bytes = this.#publishBytes(dup);
    const last = copies === 1 ? new Uint8Array(0) : this.#publishBytes(true);
    await this.#device.connection.sendBytes(new Uint8Array([...bytes, ...last]));
    for (let copy = 0; copy < copies; copy += 1) this.#take({ kind: 'publish', packetId: this.#packetId, message: 'the message', dup: dup || copy > 0 });
  }

  async publishHalf(): Promise<void> {
    const bytes = this.#publishBytes(false);
    await this.#device.connection.sendBytes(bytes.subarray(0, Math.ceil(bytes.length / 2)));
  }

  async release(): Promise<void> {
    await this.#device.connection.send(acknowledgement('pubrel', this.#packetId));
    this.#take({ kind: 'pubrel', packetId: this.#packetId });
  }

  async releaseHalf(): Promise<void> {
    await this.#device.connection.sendBytes(encodeLoose(acknowledgement('pubrel', this.#packetId), this.#device.bench.version).subarray(0, 2));
  }

  /** Waits for every answer that is due. */
  async answers(): Promise<void> {
    const { connection, bench } = this.#device;
    const isPaid = (): boolean => {
      this.#tell();
      return this.#state.owed.length === 0;
    };
    if (isPaid()) return;
    await connection.until(isPaid);
    if (isPaid()) return;
    const due = this.#state.owed.map(({ type, packetId }) => `${type.toUpperCase()} ${packetId}`);
    failCase(`${connection.name}: ${due.join(', ')} is due and did not come within ${bench.context.pixit.answerTimeoutMs} ms`);
  }

  async cutAndResume(how: DeviceCut): Promise<void> {
    this.#take({ kind: 'cut' });
    await this.#device.cutAndResume(how);
    this.#told = 0;
    this.#take({ kind: 'resumed', kept: true });
  }

  #publishBytes(dup: boolean): Uint8Array {
    const { bench } = this.#device;
    const packet = bench.publishPacket(this.#topic, { qos: this.#state.rules.qos, packetId: this.#packetId, dup, payload: text('fieldproof') });
    return encodeLoose(packet, bench.version);
  }

  #tell(): void {
    const { heard } = this.#device.connection;
    for (; this.#told < heard.length; this.#told += 1) {
      const one = heard[this.#told];
      if (one?.kind !== 'packet') continue;
      const { packet } = one;
      const isAnswer = packet.type === 'puback' || packet.type === 'pubrec' || packet.type === 'pubcomp';
      if (isAnswer && packet.packetId === this.#packetId) this.#take({ kind: packet.type, packetId: packet.packetId, reasonCode: packet.reasonCode });
    }
  }

  #take(event: HandshakeEvent): void {
    this.#state = receiverAfter(this.#state, event);
    const [violation] = this.#state.violations;
    if (violation !== undefined) failCase(`${this.#device.connection.name}: ${violation.because}`, [violation.statement]);
  }
}

/** Starts the device, and prepares a message to a topic that it is subscribed to at this QoS. */
export async function deviceDelivery(bench: DeviceBench, qos: 1 | 2): Promise<DeviceDelivery> {
  const device = await cutDevice(bench);
  const topic = await bench.subscribedTopic(device.connection, qos);
  return new DeviceDelivery(device, topic, qos);
}

async function cutDevice(bench: DeviceBench): Promise<CutDevice> {
  const connection = await bench.fresh();
  const { cleanStart, properties } = connection.connect;
  const isKept = !cleanStart && (bench.version === 4 || (properties.sessionExpiryIntervalS ?? 0) > 0);
  if (!isKept) inconclusiveCase('the device does not ask for a session that outlives the connection');
  return new CutDevice(bench, connection);
}

function withhold({ withheld }: DeviceConnection): void {
  withheld.add('puback').add('pubrec').add('pubrel').add('pubcomp');
}
