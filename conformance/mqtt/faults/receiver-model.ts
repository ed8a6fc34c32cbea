import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { FAILURE_CODE_MIN, statementIn, type DeliveryBounds, type HandshakeEvent, type HandshakeRules, type HandshakeViolation } from './handshake-model.ts';

/** An answer that the SUT has to give on this connection. */
export interface OwedAnswer {
  readonly type: 'puback' | 'pubrec' | 'pubcomp';
  readonly packetId: number;
}

/** A message of the tester whose handshake is under way. */
export interface OpenReception {
  readonly message: string;
  /** QoS 2: PUBREC was read, so the SUT has the message. */
  readonly isReceived: boolean;
  /** QoS 2: PUBREL was sent, so no further PUBLISH may be. */
  readonly isReleased: boolean;
}

/** What is known of a SUT that receives. Immutable. */
export interface ReceiverState {
  readonly rules: HandshakeRules;
  /** By packet id. */
  readonly open: ReadonlyMap<number, OpenReception>;
  readonly owed: readonly OwedAnswer[];
  readonly bounds: ReadonlyMap<string, DeliveryBounds>;
  readonly violations: readonly HandshakeViolation[];
}

/** Nothing was sent yet. */
export function receiverAtStart(rules: HandshakeRules): ReceiverState {
  return { rules, open: new Map(), owed: [], bounds: new Map(), violations: [] };
}

/**
 * What is known after an event, of a SUT that receives what the tester publishes. Pure.
 * @throws FieldproofError FP_INTERNAL when the tester itself breaks the rules of a sender.
 * @see section 4.3.2 and 4.3.3 of both standards
 */
export function receiverAfter(state: ReceiverState, event: HandshakeEvent): ReceiverState {
  switch (event.kind) {
    case 'publish':
      return state.rules.qos === 1 ? published1(state, event) : published2(state, event);
    case 'pubrel':
      return released(state, event.packetId);
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
      return answered(state, { type: event.kind, packetId: event.packetId }, event.reasonCode ?? 0);
    case 'cut':
      return { ...state, owed: [] };
    case 'resumed':
      // Without the session the SUT knows no identifier any more.
      return event.kept ? state : { ...state, open: new Map() };
    case 'settled':
      return state;
  }
}

/** How often a message may be seen behind the SUT; never sent: never. */
export function boundsOf({ bounds }: ReceiverState, message: string): DeliveryBounds {
  return bounds.get(message) ?? { min: 0, max: 0 };
}

type Publish = Extract<HandshakeEvent, { kind: 'publish' }>;

/** Each copy may be a new message to the receiver, because a PUBACK may be under way; that it is one is known only once PUBACK was read. */
function published1(state: ReceiverState, { packetId, message }: Publish): ReceiverState {
  return {
    ...state,
    open: new Map(state.open).set(packetId, { message, isReceived: false, isReleased: false }),
    owed: [...state.owed, { type: 'puback', packetId }],
    bounds: raised(state, message, 'max'),
  };
}

function published2(state: ReceiverState, { packetId, message }: Publish): ReceiverState {
  const known = state.open.get(packetId);
  if (known?.isReleased === true) throw testerFault(`PUBLISH ${packetId} after PUBREL, before PUBCOMP`);
  if (known !== undefined && known.message !== message) throw testerFault(`packet id ${packetId} for a second message`);
  return {
    ...state,
    open: new Map(state.open).set(packetId, known ?? { message, isReceived: false, isReleased: false }),
    owed: [...state.owed, { type: 'pubrec', packetId }],
    bounds: known === undefined ? raised(state, message, 'max') : state.bounds,
  };
}

/** PUBREL of an identifier that nobody knows is answered like any other: the sender may have missed the first PUBCOMP. */
function released(state: ReceiverState, packetId: number): ReceiverState {
  const known = state.open.get(packetId);
  const open = known === undefined ? state.open : new Map(state.open).set(packetId, { ...known, isReleased: true });
  return { ...state, open, owed: [...state.owed, { type: 'pubcomp', packetId }] };
}

function answered(state: ReceiverState, answer: OwedAnswer, reasonCode: number): ReceiverState {
  const { owed, rules, violations } = state;
  const at = owed.findIndex(({ type, packetId }) => type === answer.type && packetId === answer.packetId);
  if (at < 0) {
    const because = `${answer.type.toUpperCase()} ${answer.packetId} came, which nothing on this connection asked for`;
    return { ...state, violations: [...violations, { because, statement: statementIn(rules.version, '2.3.1-6', '2.2.1-5') }] };
  }
  const paid = { ...state, owed: owed.toSpliced(at, 1) };
  const known = state.open.get(answer.packetId);
  if (known === undefined) return paid;
  if (reasonCode >= FAILURE_CODE_MIN && answer.type !== 'pubcomp') return refused(paid, answer, known);
  if (answer.type === 'pubrec') return { ...paid, open: new Map(state.open).set(answer.packetId, { ...known, isReceived: true }) };
  // Without PUBREC the SUT never said that it has the message.
  const isSure = answer.type === 'puback' || known.isReceived;
  return { ...paid, open: without(state.open, answer.packetId), bounds: isSure ? raised(state, known.message, 'min') : state.bounds };
}

/** A refused message needs no delivery. A second copy that is refused (0x91, in use) leaves the first where it was. */
function refused(state: ReceiverState, { packetId }: OwedAnswer, { isReceived }: OpenReception): ReceiverState {
  return isReceived ? state : { ...state, open: without(state.open, packetId) };
}

function raised({ bounds }: ReceiverState, message: string, side: keyof DeliveryBounds): ReadonlyMap<string, DeliveryBounds> {
  const now = bounds.get(message) ?? { min: 0, max: 0 };
  return new Map(bounds).set(message, { ...now, [side]: now[side] + 1 });
}

function without<Value>(map: ReadonlyMap<number, Value>, key: number): ReadonlyMap<number, Value> {
  return new Map([...map].filter(([one]) => one !== key));
}

function testerFault(because: string): FieldproofError {
  return new FieldproofError('FP_INTERNAL', `the tester breaks the rules of a sender: ${because}`);
}
