import { aduIn, frameOf, wordBytes } from './client-adu.ts';
import { changesAnswers, fitsRead, type ClientDefect, type ClientTools, type SentRequest } from './client-defect.ts';

const AT_ONCE = 5;
const FLOOD = 30;
const PATIENCE_MS = 50;
const EARLY_MS = 10;
const AGAIN_MS = 60;
const ONE_ID = 7;
const IDENTIFICATION = 43;

/** Defects in when and how often a client asks, and in which request it gives an answer to. */
export const TIMING_DEFECTS: readonly ClientDefect[] = [
  retriesAtOnce('retries-busy-at-once', 'it repeats a request at once when the server is busy', [5, 6]),
  retriesAtOnce('retries-refusals-at-once', 'it repeats a request at once that the server refused', [1, 2, 3]),
  {
    id: 'waits-for-ever',
    does: 'it waits for an answer without end',
    onConnection: (tools) => ({
      onRequest: (request) => {
        const [oldest = request] = tools.unanswered;
        return request.sentMs - oldest.sentMs > PATIENCE_MS ? [] : [request.bytes];
      },
    }),
  },
  repeatsUnanswered('retries-early', 'it repeats a request before its timeout', EARLY_MS, 1),
  repeatsUnanswered('sends-two-at-once', 'it sends on a serial line without waiting for the answer', EARLY_MS, 1),
  {
    id: 'retries-for-ever',
    does: 'it asks a silent device again and again, and no other',
    onConnection: (tools) => {
      let stuck: SentRequest | undefined;
      const again = (): void => {
        if (stuck === undefined) return;
        tools.toServer(stuck.bytes);
        tools.later(AGAIN_MS, again);
      };
      return {
        onRequest: (request) => {
          if (stuck !== undefined) return [];
          const [oldest] = tools.unanswered;
          if (oldest === undefined || oldest === request) return [request.bytes];
          stuck = oldest;
          again();
          return [];
        },
        onAnswer: (chunk) => {
          stuck = undefined;
          return [chunk];
        },
      };
    },
  },
  {
    id: 'skips-turnaround',
    does: 'it sends right behind a broadcast',
    onConnection: (tools) => {
      let last: Uint8Array | undefined;
      return {
        onRequest: ({ unit, bytes }) => {
          const behind = last;
          if (unit === 0 && behind !== undefined) tools.later(1, () => tools.toServer(behind));
          if (unit !== 0) last = bytes;
          return [bytes];
        },
      };
    },
  },
  {
    id: 'keeps-no-silence',
    does: 'it sends as soon as an answer is there',
    onConnection: (tools) => {
      let last: Uint8Array | undefined;
      return {
        onRequest: ({ bytes }) => {
          last = bytes;
          return [bytes];
        },
        onAnswer: (chunk) => {
          if (last !== undefined) tools.toServer(last);
          last = undefined;
          return [chunk];
        },
      };
    },
  },
  {
    id: 'has-no-outstanding-limit',
    does: 'it sends requests without end before any is answered',
    onConnection: ({ carrier }) => ({
      onRequest: (request) => Array.from({ length: FLOOD }, (_none, index) => frameOf(carrier, { ...request, transactionId: (request.transactionId + index * 1_000) & 0xffff })),
    }),
  },
  {
    id: 'repeats-transaction-id',
    does: 'all its requests have the same transaction id',
    onConnection: ({ unanswered }) => ({
      onRequest: ({ bytes }) => [withId(bytes, ONE_ID)],
      onAnswer: (chunk) => [withId(chunk, unanswered[0]?.transactionId ?? ONE_ID)],
    }),
  },
  changesAnswers('matches-in-order', 'it gives an answer to the first request that it fits', (chunk, _last, { carrier, unanswered }) => {
    const answer = aduIn(carrier, chunk);
    const first = answer === undefined ? undefined : unanswered.find((request) => fitsRead(answer.pdu, request));
    return first === undefined ? [chunk] : [withId(chunk, first.transactionId)];
  }),
  {
    id: 'takes-late-answers',
    does: 'it gives a late answer to the next request that it fits',
    onConnection: takesLate,
  },
  {
    id: 'stops-at-first-page',
    does: 'it takes the first part of an identification for the whole',
    onConnection: ({ carrier }) => ({
      onAnswer: (chunk) => {
        const answer = aduIn(carrier, chunk);
        if (answer?.pdu[0] !== IDENTIFICATION) return [chunk];
        return [frameOf(carrier, { ...answer, pdu: answer.pdu.map((byte, index) => (index === 4 || index === 5 ? 0 : byte)) })];
      },
    }),
  },
  changesAnswers('follows-pages-for-ever', 'it follows an identification wherever that leads', (chunk, last, { carrier, toServer }) => {
    const answer = aduIn(carrier, chunk);
    if (answer?.pdu[0] !== IDENTIFICATION || answer.pdu[4] !== 0xff) return [chunk];
    toServer(frameOf(carrier, { ...last, pdu: Uint8Array.of(IDENTIFICATION, 14, answer.pdu[2] ?? 1, answer.pdu[5] ?? 0), transactionId: answer.transactionId }));
    return [];
  }),
  {
    id: 'closes-after-each-answer',
    does: 'it opens a connection for each request',
    onConnection: ({ later, end }) => ({
      onAnswer: (chunk) => {
        later(0, end);
        return [chunk];
      },
    }),
  },
  { id: 'stays-away-after-close', does: 'it never comes back after the server closed its connection', staysAway: 'closed' },
  { id: 'stays-away-after-cut', does: 'it never comes back after its connection broke', staysAway: 'cut' },
  { id: 'reconnects-without-pause', does: 'it comes back at once', hasNoPause: true },
];

function retriesAtOnce(id: string, does: string, codes: readonly number[]): ClientDefect {
  return {
    id,
    does,
    onConnection: (tools) => {
      let left = AT_ONCE;
      return {
        onAnswer: (chunk) => {
          const answer = aduIn(tools.carrier, chunk);
          const asked = tools.unanswered.find(({ transactionId }) => transactionId === answer?.transactionId);
          const isMeant = answer !== undefined && asked !== undefined && (answer.pdu[0] ?? 0) >= 0x80 && codes.includes(answer.pdu[1] ?? 0);
          if (!isMeant || left === 0) {
            left = AT_ONCE;
            return [chunk];
          }
          left -= 1;
          tools.toServer(asked.bytes);
          return [];
        },
      };
    },
  };
}

function repeatsUnanswered(id: string, does: string, afterMs: number, times: number): ClientDefect {
  return {
    id,
    does,
    onConnection: (tools) => ({
      onRequest: (request) => {
        for (let time = 1; time <= times; time += 1) {
          tools.later(afterMs * time, () => {
            if (tools.unanswered.includes(request)) tools.toServer(request.bytes);
          });
        }
        return [request.bytes];
      },
    }),
  };
}

/** What answers no request that is outstanding is kept for the next one that it fits, in place of its own answer. */
function takesLate(tools: ClientTools): ReturnType<NonNullable<ClientDefect['onConnection']>> {
  const { carrier, unanswered } = tools;
  const abandoned: SentRequest[] = [];
  let kept: { readonly pdu: Uint8Array; readonly unit: number } | undefined;
  return {
    onRequest: (request) => {
      abandoned.push(request);
      if (abandoned.length > FLOOD) abandoned.shift();
      const late = kept;
      if (late !== undefined && late.unit === request.unit && fitsRead(late.pdu, request)) {
        kept = undefined;
        tools.later(0, () => tools.toClient(frameOf(carrier, { ...request, pdu: late.pdu })));
        return [];
      }
      return [request.bytes];
    },
    onAnswer: (chunk) => {
      const answer = aduIn(carrier, chunk);
      const newest = unanswered.at(-1);
      if (answer === undefined || newest === undefined) return [chunk];
      const isLate = carrier === 'tcp' ? isOld(answer.transactionId, unanswered, tools.nowMs()) : !fitsRead(answer.pdu, newest) && (answer.pdu[0] ?? 0) < 0x80;
      if (!isLate) return [chunk];
      kept = answer;
      return [];
    },
  };
}

/** An answer to a request that was sent so long ago that the client has given it up. */
function isOld(transactionId: number, unanswered: readonly SentRequest[], nowMs: number): boolean {
  const asked = unanswered.find((request) => request.transactionId === transactionId);
  return asked === undefined || nowMs - asked.sentMs > 3 * PATIENCE_MS;
}

function withId(bytes: Uint8Array, transactionId: number): Uint8Array {
  return Uint8Array.of(...wordBytes(transactionId), ...bytes.subarray(2));
}
