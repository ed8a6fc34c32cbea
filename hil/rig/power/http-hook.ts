import type { Clock } from '../../runtime/clock.ts';
import { FieldproofError, messageOf } from '../../runtime/errors.ts';
import { fillPowerTemplate, type PowerHook, type PowerState } from './power-hook.ts';

/** What a power distribution unit may say in an error message, characters. */
const SAID_CHARACTERS_MAX = 200;

/** Sends the request of a power hook. @throws FieldproofError FP_RIG_POWER unless the answer is 2xx and comes in time. */
export async function requestPower(hook: Extract<PowerHook, { kind: 'http' }>, state: PowerState, clock: Clock): Promise<void> {
  const url = new URL(fillPowerTemplate(hook.url, state));
  const shown = `${hook.method} ${url.protocol}//${url.host}${url.pathname}${url.search}`;
  const abort = new AbortController();
  const timer = clock.setTimer(hook.timeout, () => abort.abort());
  try {
    const response = await fetch(withoutCredentials(url), {
      method: hook.method,
      headers: { ...credentials(url), ...hook.headers },
      ...(hook.body === undefined || hook.method === 'GET' ? {} : { body: fillPowerTemplate(hook.body, state) }),
      signal: abort.signal,
    });
    const said = (await response.text()).slice(0, SAID_CHARACTERS_MAX).trim();
    if (!response.ok) throw new FieldproofError('FP_RIG_POWER', `${shown}: answered ${response.status}${said === '' ? '' : `: ${said}`}`);
  } catch (cause) {
    if (cause instanceof FieldproofError) throw cause;
    const because = abort.signal.aborted ? `no answer within ${hook.timeout / 1_000} s` : reasonOf(cause);
    throw new FieldproofError('FP_RIG_POWER', `${shown}: ${because}`, { cause });
  } finally {
    timer.cancel();
  }
}

/** `http://user:secret@pdu/` is how people write it; fetch wants a header, and messages must not show it. */
function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** fetch says "fetch failed"; why stands in the cause. */
function reasonOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause instanceof Error ? messageOf(thrown.cause) : messageOf(thrown);
}
