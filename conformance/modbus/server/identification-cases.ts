import { failCase } from '../../framework/case-stop.ts';
import { exception, hexOf, pduThat, type Reaction } from '../bench/heard.ts';
import { hex } from '../bench/requests.ts';
import type { Station } from '../bench/station.ts';
import type { ServerPurpose } from './server-purpose.ts';

/** One answer of FC43/14. */
interface Identification {
  readonly readCode: number;
  readonly conformityLevel: number;
  readonly moreFollows: number;
  readonly nextObject: number;
  readonly objects: readonly { readonly id: number; readonly value: Uint8Array }[];
}

const LEVELS = [0x01, 0x02, 0x03, 0x81, 0x82, 0x83];
const MORE = 0xff;
/** The last object of the basic, the regular and the extended stream. */
const LAST_OBJECT = [0, 0x02, 0x7f, 0xff];
/** Answers of one stream; each holds at least one of at most 256 objects. */
const ANSWERS_MAX = 256;

/** FC43: encapsulated interface transport and device identification. */
export const IDENTIFICATION_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC43',
    number: 1,
    statements: ['MB-APP-43-03', 'MB-APP-43-08', 'MB-APP-43-01', 'MB-APP-GEN-05'],
    purpose: 'FC43/14 streams the objects 0, 1 and 2 in a well-formed answer that states a conformity level',
    requires: ['FC43'],
    caughtBy: 'identifies-itself-in-part',
    run: async (bench) => {
      const station = await bench.open();
      const ids = (await stream(station, 1, 0)).flatMap(({ objects }) => objects.map(({ id }) => id));
      if (ids.join() !== '0,1,2') failCase(`the basic stream holds the objects ${ids.join(', ')}, not 0, 1 and 2`);
    },
  },
  {
    area: 'FC43',
    number: 2,
    statements: ['MB-APP-43-04', 'MB-APP-43-08'],
    purpose: 'The regular and extended streams are served, by a device of a lower level at that level, and hold the basic objects',
    requires: ['FC43'],
    caughtBy: 'refuses-higher-streams',
    run: async (bench) => {
      const station = await bench.open();
      for (const readCode of [2, 3]) {
        const ids = (await stream(station, readCode, 0)).flatMap(({ objects }) => objects.map(({ id }) => id));
        if (![0, 1, 2].every((id) => ids.includes(id))) failCase(`stream ${readCode} holds the objects ${ids.join(', ')}, without the basic ones`);
        if (ids.some((id) => id > (LAST_OBJECT[readCode] ?? 0))) failCase(`stream ${readCode} holds the objects ${ids.join(', ')}, of which some belong to a higher one`);
      }
    },
  },
  {
    area: 'FC43',
    number: 3,
    statements: ['MB-APP-43-04'],
    purpose: 'A stream begins with the object asked for, and with object 0 when that is not part of it',
    requires: ['FC43'],
    caughtBy: 'streams-from-the-start',
    run: async (bench) => {
      const station = await bench.open();
      for (const [asked, first] of [[1, 1], [2, 2], [5, 0], [0xff, 0]] as const) {
        const [answer] = await stream(station, 1, asked);
        const id = answer?.objects[0]?.id;
        if (id !== first) failCase(`the basic stream from object ${asked} begins with ${id ?? 'nothing'}, not with ${first}`);
      }
    },
  },
  {
    area: 'FC43',
    number: 4,
    statements: ['MB-APP-43-05'],
    purpose: 'FC43/14 with a read code outside 1 to 4 is refused with exception 03',
    requires: ['FC43'],
    caughtBy: 'takes-any-read-code',
    run: async (bench) => {
      const station = await bench.open();
      for (const code of ['00', '05', 'ff']) await station.expect({ what: `FC43/14 with read code ${code}`, pdu: hex(`2b 0e ${code} 00`) }, exception(43, 3));
    },
  },
  {
    area: 'FC43',
    number: 5,
    statements: ['MB-APP-43-06', 'MB-APP-43-08'],
    purpose: 'Read code 4 gives just the object asked for; a device that only streams (level below 81 hex) refuses it',
    requires: ['FC43'],
    caughtBy: 'gives-more-than-one-object',
    run: async (bench) => {
      const station = await bench.open();
      const [basic] = await stream(station, 1, 0);
      const isIndividual = (basic?.conformityLevel ?? 0) >= 0x80;
      for (const { id, value } of basic?.objects ?? []) {
        const says = `object ${id} alone, as in the stream`;
        const single = pduThat(says, (pdu) => {
          const answer = identificationIn(pdu);
          const [only] = answer?.objects ?? [];
          return answer?.readCode === 4 && answer.moreFollows === 0 && answer.objects.length === 1 && only?.id === id && hexOf(only.value) === hexOf(value);
        });
        const others = isIndividual ? [] : [exception(43, 1, 2, 3)];
        await station.expect({ what: `FC43/14 of object ${id} alone`, pdu: Uint8Array.of(43, 14, 4, id) }, single, ...others);
      }
    },
  },
  {
    area: 'FC43',
    number: 6,
    statements: ['MB-APP-43-06'],
    purpose: 'Read code 4 of an object that does not exist is refused with exception 02',
    requires: ['FC43'],
    caughtBy: 'gives-empty-objects',
    run: async (bench) => {
      const station = await bench.open();
      const streams = await stream(station, 3, 0);
      const ids = new Set(streams.flatMap(({ objects }) => objects.map(({ id }) => id)));
      // Reserved objects, which nobody may have.
      const absent = [0x07, 0x7f].filter((id) => !ids.has(id));
      const isIndividual = (streams[0]?.conformityLevel ?? 0) >= 0x80;
      for (const id of absent) await station.expect({ what: `FC43/14 of object ${id}, which does not exist`, pdu: Uint8Array.of(43, 14, 4, id) }, isIndividual ? exception(43, 2) : exception(43, 1, 2, 3));
    },
  },
  {
    area: 'FC43',
    number: 7,
    statements: ['MB-APP-43-07'],
    purpose: 'Objects that do not fit one answer follow in the next, which the answer announces, and none is split or lost',
    requires: ['FC43'],
    caughtBy: 'announces-wrong-next-object',
    run: async (bench) => {
      const station = await bench.open();
      const ids = (await stream(station, 3, 0)).flatMap(({ objects }) => objects.map(({ id }) => id));
      const isAscending = ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0));
      if (!isAscending) failCase(`the extended stream holds the objects ${ids.join(', ')}, which are not each once in their order`);
    },
  },
  {
    area: 'FC43',
    number: 8,
    statements: ['MB-APP-43-01', 'MB-APP-GEN-14'],
    purpose: 'FC43 with an MEI type that is reserved, or that is not offered, is refused with exception 01',
    requires: ['FC43', '!CANOPEN'],
    caughtBy: 'takes-any-mei-type',
    run: async (bench) => {
      const station = await bench.open();
      for (const mei of ['00', '0c', '0d', '0f', 'ff']) await station.expect({ what: `FC43 with MEI type ${mei}`, pdu: hex(`2b ${mei} 01 00`) }, exception(43, 1));
    },
  },
];

const wellFormed: Reaction = pduThat('a well-formed answer of FC43/14', (pdu) => identificationIn(pdu) !== undefined);

/** All answers of one stream. @param objectId - Where it is to begin. */
async function stream(station: Station, readCode: number, objectId: number): Promise<Identification[]> {
  const answers: Identification[] = [];
  let next = objectId;
  while (answers.length < ANSWERS_MAX) {
    const pdu = await station.expectPdu({ what: `FC43/14 with read code ${readCode} from object ${next}`, pdu: Uint8Array.of(43, 14, readCode, next) }, wellFormed);
    const answer = identificationIn(pdu);
    if (answer === undefined) break;
    if (answer.readCode !== readCode) failCase(`the answer to read code ${readCode} says ${answer.readCode}`);
    answers.push(answer);
    if (answer.moreFollows !== MORE) return answers;
    const last = answer.objects.at(-1)?.id ?? -1;
    if (answer.nextObject <= last) failCase(`after object ${last} the answer announces object ${answer.nextObject} as the next`);
    next = answer.nextObject;
  }
  return failCase(`the stream ${readCode} does not end within ${ANSWERS_MAX} answers`);
}

/** @returns undefined when the PDU is no answer of FC43/14 as section 6.21 has it. */
function identificationIn(pdu: Uint8Array): Identification | undefined {
  const [functionCode, mei, readCode = 0, conformityLevel = 0, moreFollows = 0, nextObject = 0, count = 0] = pdu;
  if (functionCode !== 43 || mei !== 14 || pdu.length < 7 || !LEVELS.includes(conformityLevel)) return undefined;
  if (moreFollows !== MORE && (moreFollows !== 0 || nextObject !== 0)) return undefined;
  const objects: { id: number; value: Uint8Array }[] = [];
  let at = 7;
  for (let index = 0; index < count; index += 1) {
    const length = pdu[at + 1];
    if (length === undefined || at + 2 + length > pdu.length) return undefined;
    objects.push({ id: pdu[at] ?? 0, value: pdu.subarray(at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return at === pdu.length && objects.length > 0 ? { readCode, conformityLevel, moreFollows, nextObject, objects } : undefined;
}
