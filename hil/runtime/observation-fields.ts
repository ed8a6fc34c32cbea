import type { ObservationData } from './observation.ts';

/** A text field of an observation; empty when it is missing or something else. */
export function textField(data: ObservationData, key: string): string {
  const value = data[key];
  return typeof value === 'string' ? value : '';
}

/** A numeric field of an observation; 0 when it is missing or something else. */
export function numberField(data: ObservationData, key: string): number {
  const value = data[key];
  return typeof value === 'number' ? value : 0;
}
