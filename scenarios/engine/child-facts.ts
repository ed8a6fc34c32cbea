import { z } from '../../hil/runtime/schema.ts';

/** What each kind of child says in its ready line. A line that does not fit is the testbed's own defect. */
export const gatewayFacts = z.looseObject({ ports: z.looseObject({ mqtt: z.number().int(), http: z.number().int() }) });

export const linkFacts = z.looseObject({ ports: z.looseObject({ link: z.number().int() }) });

export const plcFacts = z.looseObject({
  devices: z.array(
    z.object({
      device: z.string(),
      unit: z.number().int(),
      profile: z.string(),
      endpoint: z.discriminatedUnion('transport', [
        z.object({ transport: z.literal('modbus-tcp'), host: z.string(), port: z.number().int() }),
        z.object({
          transport: z.enum(['modbus-rtu', 'modbus-ascii']),
          path: z.string(),
          baudRate: z.number(),
          parity: z.enum(['none', 'even', 'odd']),
          stopBits: z.union([z.literal(1), z.literal(2)]),
        }),
      ]),
    }),
  ),
});

export type PlcDeviceFacts = z.infer<typeof plcFacts>['devices'][number];
