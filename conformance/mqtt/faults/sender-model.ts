import { FAILURE_CODE_MIN, statementIn, type DeliveryBounds, type HandshakeEvent, type HandshakeRules, type HandshakeViolation } from './handshake-model.ts';

/**
 * Where the handshake of one message of the SUT stands. `published`: PUBLISH was read. `received`: PUBREC was sent.
 * `released`: PUBREL was read. `answered`: the last answer (PUBACK, PUBCOMP, a refusal) was sent and may have arrived.
 */
export type SendingPhase = 'published' | 'received' | 'released' | 'answered';

export interface OpenSending {
  readonly message: string;
  readonly phase: SendingPhase;
  /** PUBREL was read, so PUBLISH may not come again. */
  readonly isReleased: boolean;
  /** The connection (counted from 0) on which the last packet of this phase passed. */
  readonly seenOn: number;
  /** PUBRECs sent on this connection that no PUBREL has answered yet. */
  readonly unansweredPubrecs: number;
  /** Place among all messages in the order of their first PUBLISH. */
  readonly place: number;
}

/** What is known of a SUT that sends. Immutable. */
export interface SenderState {
  readonly rules: HandshakeRules;
  /** Counts from 0. */
  readonly connection: number;
  /** By packet id. */
  readonly open: ReadonlyMap<number, OpenSending>;
  /** How often the application behind the tester, a correct receiver, has seen each message. */
  readonly seen: ReadonlyMap<string, number>;
  /** Messages whose handshake is surely over, or belonged to a session that is. */
  readonly over: ReadonlySet<string>;
  /** Place of the message that was resent last on this connection. */
  readonly resentPlace: number;
  readonly violations: readonly HandshakeViolation[];
}

/** Nothing was heard yet. */
export function senderAtStart(rules: HandshakeRules): SenderState {
  return { rules, connection: 0, open: new Map(), seen: new Map(), over: new Set(), resentPlace: -1, violations: [] };
}

/**
 * What is known after an event, of a SUT that publishes to the tester; what it did against the rules is in `violations`. Pure.
 * @see sections 3.3.1.1, 4.3 and 4.4 of both standards
 */
export function senderAfter(state: SenderState, event: HandshakeEvent): SenderState {
  switch (event.kind) {
    case 'publish':
      return heardPublish(state, event);
    case 'pubrel':
      return heardPubrel(state, event.packetId);
    case 'puback':
    case 'pubcomp':
      return inPhase(state, event.packetId, 'answered');
    case 'pubrec':
      return inPhase(state, event.packetId, (event.reasonCode ?? 0) >= FAILURE_CODE_MIN ? 'answered' : 'received');
    case 'settled':
      return settled(state);
    case 'cut':
      return state;
    case 'resumed':
      return event.kept ? { ...state, connection: state.connection + 1, resentPlace: -1 } : anew(state);
  }
}

/** Packets of which the SUT has to send one now: on this connection, for a handshake that it has not brought to an end. */
export interface OwedPacket {
  readonly oneOf: readonly ('publish' | 'pubrel')[];
  readonly packetId: number;
  readonly message: string;
}

export function owedBySender({ open, connection }: SenderState): OwedPacket[] {
  return [...open].flatMap(([packetId, { message, phase, seenOn }]): OwedPacket[] => {
    const isHere = seenOn === connection;
    if (phase === 'received') return [{ oneOf: isHere ? ['pubrel'] : ['publish', 'pubrel'], packetId, message }];
    if (isHere || phase === 'answered') return [];
    return [{ oneOf: [phase === 'published' ? 'publish' : 'pubrel'], packetId, message }];
  });
}

/** How often the application behind a correct receiver may see a message that the SUT was given and whose handshake ended. */
export function boundsOfSent({ qos }: HandshakeRules): DeliveryBounds {
  return { min: 1, max: qos === 2 ? 1 : Number.POSITIVE_INFINITY };
}

type Publish = Extract<HandshakeEvent, { kind: 'publish' }>;

function heardPublish(state: SenderState, event: Publish): SenderState {
  const { packetId, message } = event;
  const known = state.open.get(packetId);
  if (known?.message === message) return heardAgain(state, event, known);
  const { version, qos, sut } = state.rules;
  const other = [...state.open].find(([, sending]) => sending.message === message);
  const wrong: HandshakeViolation[] = [];
  if (known !== undefined && known.phase !== 'answered') {
    const statement = sut === 'server' ? statementIn(version, '2.3.1-4', '2.2.1-4') : statementIn(version, '2.3.1-2', '2.2.1-3');
    wrong.push({ because: `packet id ${packetId} was given to "${message}" while "${known.message}" had it`, statement });
  }
  if (other !== undefined) wrong.push({ because: `"${message}" came again as ${packetId}, its packet id was ${other[0]}`, statement: 'MQTT-4.4.0-1' });
  if (state.over.has(message)) {
    const statement = qos === 1 ? statementIn(version, '4.3.2-1', '4.3.2-3') : statementIn(version, '4.3.3-1', '4.3.3-3');
    wrong.push({ because: `"${message}" came again although its handshake was over`, statement });
  }
  // After a resumption it may be the second attempt at what was never read.
  if (event.dup && state.connection === 0) {
    wrong.push({ because: `the first PUBLISH of "${message}" has DUP 1`, statement: qos === 1 ? statementIn(version, '4.3.2-1', '4.3.2-2') : statementIn(version, '4.3.3-1', '4.3.3-2') });
  }
  return {
    ...state,
    open: new Map(state.open).set(packetId, { message, phase: 'published', isReleased: false, seenOn: state.connection, unansweredPubrecs: 0, place: state.seen.size }),
    seen: counted(state.seen, message),
    violations: [...state.violations, ...wrong],
  };
}

/** PUBLISH of a message that is under way already. */
function heardAgain(state: SenderState, { packetId, message, dup }: Publish, known: OpenSending): SenderState {
  const { connection, resentPlace } = state;
  const { version, qos, sut } = state.rules;
  const isLive = known.seenOn === connection;
  const wrong: HandshakeViolation[] = [];
  if (known.isReleased) wrong.push({ because: `PUBLISH of "${message}" came again after PUBREL`, statement: statementIn(version, '4.3.3-1', '4.3.3-6') });
  if (isLive && version === 5) wrong.push({ because: `PUBLISH of "${message}" came again on the same connection`, statement: 'MQTT-4.4.0-1' });
  if (!dup) wrong.push({ because: `PUBLISH of "${message}" came again with DUP 0`, statement: 'MQTT-3.3.1-1' });
  const isOrdered = sut === 'client' || version === 4;
  if (!isLive && isOrdered && known.place < resentPlace) wrong.push({ because: `"${message}" was resent out of its order`, statement: 'MQTT-4.6.0-1' });
  return {
    ...state,
    open: new Map(state.open).set(packetId, { ...known, phase: isLive ? known.phase : 'published', seenOn: connection }),
    seen: qos === 1 ? counted(state.seen, message) : state.seen,
    resentPlace: isLive ? resentPlace : known.place,
    violations: [...state.violations, ...wrong],
  };
}

function heardPubrel(state: SenderState, packetId: number): SenderState {
  const { connection, violations } = state;
  const { version } = state.rules;
  const known = state.open.get(packetId);
  const wrong: HandshakeViolation[] = [];
  if (known === undefined || known.phase === 'published') {
    wrong.push({ because: `PUBREL ${packetId} came without a PUBREC for it`, statement: statementIn(version, '4.3.3-1', '4.3.3-4') });
  } else if (version === 5 && known.seenOn === connection && known.unansweredPubrecs === 0) {
    wrong.push({ because: `PUBREL ${packetId} came again on the same connection`, statement: 'MQTT-4.4.0-1' });
  }
  // A copy that was under way when PUBCOMP was sent: that one may have arrived all the same.
  const phase = known?.phase === 'answered' && known.seenOn === connection ? 'answered' : 'released';
  const open = known === undefined ? state.open : new Map(state.open).set(packetId, { ...known, phase, isReleased: true, seenOn: connection, unansweredPubrecs: Math.max(0, known.unansweredPubrecs - 1) });
  return { ...state, open, violations: [...violations, ...wrong] };
}

function inPhase(state: SenderState, packetId: number, phase: SendingPhase): SenderState {
  const known = state.open.get(packetId);
  if (known === undefined) return state;
  const before = known.seenOn === state.connection ? known.unansweredPubrecs : 0;
  const unansweredPubrecs = phase === 'received' ? before + 1 : before;
  return { ...state, open: new Map(state.open).set(packetId, { ...known, phase, seenOn: state.connection, unansweredPubrecs }) };
}

/** What was answered on this connection has arrived. */
function settled(state: SenderState): SenderState {
  const isOver = ({ phase, seenOn }: OpenSending): boolean => phase === 'answered' && seenOn === state.connection;
  const done = [...state.open.values()].filter(isOver).map(({ message }) => message);
  return { ...state, open: new Map([...state.open].filter(([, sending]) => !isOver(sending))), over: new Set([...state.over, ...done]) };
}

/** Nothing of the session before may come again (3.1.1 section 3.1.2.4, 5.0 section 3.1.2.4). */
function anew(state: SenderState): SenderState {
  const forgotten = [...state.open.values()].map(({ message }) => message);
  return { ...state, connection: state.connection + 1, resentPlace: -1, open: new Map(), over: new Set([...state.over, ...forgotten]) };
}

function counted(seen: ReadonlyMap<string, number>, message: string): ReadonlyMap<string, number> {
  return new Map(seen).set(message, (seen.get(message) ?? 0) + 1);
}
