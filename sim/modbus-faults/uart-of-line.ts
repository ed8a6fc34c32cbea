import type { UartSettings } from '../line/uart.ts';
import type { FaultedLine } from './modbus-fault.ts';

/** How the client's receiver is taken to be set up: parity as the line has it, and a bad character is ignored. */
export function uartOf({ serial }: FaultedLine): UartSettings {
  return { parity: serial?.parity ?? 'even', onError: 'drop' };
}
