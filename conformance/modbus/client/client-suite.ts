import { rtuRequestLength } from '../../../hil/protocols/modbus/rtu-length.ts';
import type { Statement } from '../../framework/catalogue.ts';
import type { Suite } from '../../framework/suite.ts';
import { carrierOf } from '../bench/carrier.ts';
import { createModbusCutter } from '../bench/modbus-cutter.ts';
import { ANSWER_PURPOSES } from './answer-cases.ts';
import { CLIENT_PICS, unmetClientValue } from './client-pics.ts';
import { clientCases } from './client-purpose.ts';
import { CONNECTION_PURPOSES } from './connection-cases.ts';
import { CLIENT_VALUES, declaredClient } from './declared-client.ts';
import { describeClientFrame } from './describe-client-frame.ts';
import { FRAME_PURPOSES } from './frame-cases.ts';
import { LATE_PURPOSES } from './late-cases.ts';
import { PAUSE_PURPOSES } from './pause-cases.ts';
import { probeClient } from './probe-client.ts';
import { REQUEST_PURPOSES } from './request-cases.ts';
import { SPOILT_PURPOSES } from './spoilt-cases.ts';
import { CLIENT_UNOBSERVABLE } from './unobservable.ts';
import { WRITE_PURPOSES } from './write-cases.ts';

/** Any Modbus client that polls by itself: gateways, masters, tools. The tester is the PLC. */
export const CLIENT_SUITE: Suite = {
  name: 'modbus-client',
  subject: 'a Modbus client',
  scopes: [{ catalogue: 'modbus', binds: bindsClient }],
  pics: CLIENT_PICS,
  values: CLIENT_VALUES,
  cases: clientCases([
    ...REQUEST_PURPOSES,
    ...FRAME_PURPOSES,
    ...ANSWER_PURPOSES,
    ...SPOILT_PURPOSES,
    ...LATE_PURPOSES,
    ...WRITE_PURPOSES,
    ...PAUSE_PURPOSES,
    ...CONNECTION_PURPOSES,
  ]),
  unobservable: CLIENT_UNOBSERVABLE,
  parallelMax: 1,
  awaitsSut: true,
  cutFrames: (pics, pixit) => createModbusCutter(carrierOf(pics), pixit === undefined ? 0 : declaredClient(pixit).frameGapMs, rtuRequestLength),
  probe: probeClient,
  hindrance: unmetClientValue,
  describeFrame: describeClientFrame,
};

function bindsClient({ binds }: Statement): boolean {
  return binds === 'client' || binds === 'both';
}
