/** To all units of a serial line; nobody answers. */
export const BROADCAST = { unit: 0, transactionId: 0 } as const;
