import type { FaultRecord, RunRecord } from '../../record.ts';
import { html, type SafeHtml } from './safe-html.ts';

/** A fault with the short name by which timeline, plots and findings refer to each other. */
export interface FaultMark {
  /** `F1`, `F2`, ... in order of the record. */
  readonly mark: string;
  readonly label: string;
  readonly fault: FaultRecord;
  /** The stretch to draw; a fault that never began stands at its planned start with no length. */
  readonly startMs: number;
  readonly endMs: number;
}

/** The faults of a run; one without an end lasted until the run ended. */
export function faultMarks({ faults, durationMs }: RunRecord): FaultMark[] {
  return faults.map((fault, index) => ({
    mark: `F${index + 1}`,
    label: `${fault.kind} on ${fault.on}`,
    fault,
    startMs: fault.startMs ?? fault.plannedStartMs,
    endMs: fault.startMs === null ? fault.plannedStartMs : (fault.endMs ?? durationMs),
  }));
}

/** The small tag that stands for a fault; an id that the record does not list is shown in full. */
export function faultTag(id: string, marks: readonly FaultMark[]): SafeHtml {
  const found = marks.find(({ fault }) => fault.id === id);
  if (found === undefined) return html`<span class="fault-tag">${id}</span>`;
  return html`<span class="fault-tag" title="${found.label}">${found.mark}</span>`;
}

/** `F1 partition on uplink`, for sentences. */
export function faultName(id: string, marks: readonly FaultMark[]): string {
  const found = marks.find(({ fault }) => fault.id === id);
  return found === undefined ? id : `${found.mark} ${found.label}`;
}
