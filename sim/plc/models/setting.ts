import type { PointValue } from '../../../hil/gateway/southbound/device-profile.ts';
import type { PointBinding } from '../stepped-process.ts';

/** The members of a state that hold a value of this type. */
type KeysOf<State, Value> = { [Key in keyof State]-?: State[Key] extends Value ? (Value extends State[Key] ? Key : never) : never }[keyof State];

/**
 * A number that a client sets. It is kept as written, also when it is out of range: the process clamps what it uses. What
 * is no number (a float register can hold NaN) changes nothing.
 */
export function numberSetting<State extends object>(key: KeysOf<State, number>): PointBinding<State> {
  return setting(key, (value) => typeof value === 'number');
}

/** A coil or bit that a client sets, and that stays as it was set. */
export function boolSetting<State extends object>(key: KeysOf<State, boolean>): PointBinding<State> {
  return setting(key, (value) => typeof value === 'boolean');
}

/** A text that a client sets; what was no well-formed UTF-8 on the wire changes nothing. */
export function textSetting<State extends object>(key: KeysOf<State, string>): PointBinding<State> {
  return setting(key, (value) => typeof value === 'string' && !value.includes('\u{FFFD}'));
}

/** A coil that works when true is written to it, and reads as false ever after. */
export function pushButton<State>(press: (state: State) => void): PointBinding<State> {
  return {
    read: () => false,
    write: (state, value) => {
      if (value === true) press(state);
    },
  };
}

function setting<State extends object>(key: keyof State, isAllowed: (value: PointValue) => boolean): PointBinding<State> {
  return {
    read: (state) => held(state, key),
    write: (state, value) => {
      if (isAllowed(value)) Reflect.set(state, key, value);
    },
  };
}

function held(state: object, key: PropertyKey): PointValue {
  const value: unknown = Reflect.get(state, key);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : 0;
}
