/** What a run captures. `links`: faulted links, serial lines, lines of real devices; `all`: Modbus/TCP and brokers too. */
export const CAPTURE_MODES = ['off', 'links', 'all'] as const;
export type CaptureMode = (typeof CAPTURE_MODES)[number];
