import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { SelftestVariant } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { OPEN_ACCESS, type AccessControl } from '../../hil/gateway/broker/core/access-control.ts';
import type { EnhancedAuthenticator } from '../../hil/gateway/broker/core/enhanced-authentication.ts';
import { REASON } from '../../hil/gateway/broker/core/reason-code.ts';
import type { StartCoreBrokerDeps } from '../../hil/gateway/broker/core/start-core-broker.ts';

/** Our core broker, set up in one way. */
export interface BrokerVariant extends SelftestVariant {
  readonly setUp: Pick<StartCoreBrokerDeps, 'options' | 'access' | 'authenticators'>;
}

/** Waits of the self-test, milliseconds: its SUTs are on this machine, and a defect that is silence costs the whole wait. */
const WAITS = { answerTimeoutMs: 2_000, quietMs: 200 } as const;
const CREDENTIALS = { userName: 'tester', password: 'let me in' } as const;
const FORBIDDEN_TOPIC = 'fieldproof/forbidden';
/** Name of the variant that takes WebSockets too. */
export const WEBSOCKET_VARIANT = 'websocket';

/** One word from each side, and the client knows the second. */
const AUTHENTICATION = { method: 'FIELDPROOF-2', first: 'who is there?', challenge: 'say the word', answer: 'the word' } as const;

/** Every way in which our core broker is set up, so that each case applies in one. */
export function brokerVariants(suite: Pick<Suite, 'pics'>): readonly BrokerVariant[] {
  const variant = (name: string, answers: Record<string, boolean>, setUp: BrokerVariant['setUp'], pixit: object = {}): BrokerVariant => ({
    name,
    pics: completePics(suite.pics, answers),
    pixit: pixitSchema.parse({ ...WAITS, ...pixit }),
    setUp,
  });
  return [
    variant('usual', { RESTART: true }, {}),
    variant('lean', LEAN, { options: LEAN_OPTIONS }),
    variant('qos0', { QOS1: false, QOS2: false }, { options: { maximumQos: 0 } }),
    variant('credentials', { ANONYMOUS: false, CREDENTIALS: true }, { access: PASSWORD_ACCESS }, { credentials: CREDENTIALS }),
    variant('access-control', { ACCESS_CONTROL: true }, { access: TOPIC_ACCESS }, { values: { forbiddenTopic: FORBIDDEN_TOPIC } }),
    variant('authentication', { ENHANCED_AUTHENTICATION: true }, { authenticators: [AUTHENTICATOR] }, { values: authenticationValues() }),
    variant('client-id', { EMPTY_CLIENT_ID: false }, { options: { emptyClientIdAllowed: false } }),
    variant('response-information', { REQUEST_RESPONSE_INFORMATION: true }, { options: { responseInformation: 'fieldproof/answers' } }),
    variant(WEBSOCKET_VARIANT, { WEBSOCKET: true }, {}),
  ];
}

/** Somebody else's good broker runs as it is. */
export function foreignBrokerVariants(suite: Pick<Suite, 'pics'>): readonly SelftestVariant[] {
  return [{ name: 'usual', pics: completePics(suite.pics, { RESTART: true }), pixit: pixitSchema.parse(WAITS) }];
}

const LEAN = { QOS2: false, RETAIN: false, WILDCARDS: false, SUBSCRIPTION_IDENTIFIERS: false, SHARED_SUBSCRIPTIONS: false } as const;
const LEAN_OPTIONS = {
  maximumQos: 1,
  retainAvailable: false,
  wildcardSubscriptionAvailable: false,
  subscriptionIdentifierAvailable: false,
  sharedSubscriptionAvailable: false,
} as const;

const PASSWORD_ACCESS: AccessControl = {
  ...OPEN_ACCESS,
  authenticate: ({ userName, password }) => {
    const isKnown = userName === CREDENTIALS.userName && textOf(password) === CREDENTIALS.password;
    return { reasonCode: isKnown ? REASON.success : REASON.badUserNameOrPassword };
  },
};

const TOPIC_ACCESS: AccessControl = { ...OPEN_ACCESS, mayPublish: (_client, topic) => topic !== FORBIDDEN_TOPIC };

const AUTHENTICATOR: EnhancedAuthenticator = {
  method: AUTHENTICATION.method,
  begin: () => {
    let isChallenged = false;
    return {
      step: (data) => {
        const expected = isChallenged ? AUTHENTICATION.answer : AUTHENTICATION.first;
        if (textOf(data) !== expected) return { kind: 'refused' };
        if (isChallenged) return { kind: 'success' };
        isChallenged = true;
        return { kind: 'continue', data: Buffer.from(AUTHENTICATION.challenge) };
      },
    };
  },
};

function authenticationValues(): Record<string, string> {
  const exchange = [AUTHENTICATION.first, AUTHENTICATION.answer].map((part) => Buffer.from(part).toString('hex'));
  return { authenticationMethod: AUTHENTICATION.method, authenticationExchange: exchange.join(',') };
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}
