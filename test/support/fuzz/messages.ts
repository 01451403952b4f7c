import { randomBytes } from 'node:crypto';
import { type LogPayload, sealMessage, type MessageSigner } from '@nestjs-spark/contracts/internal';
import fc from 'fast-check';
import { anyJson, anyText, bent } from './bodies.ts';

/** A message on the bus; without headers, or with those by name. */
export interface BusMessage {
  subject: string;
  data: Uint8Array;
  headers: Record<string, string> | null;
}

const SET_HEADER = 'Spark-Set';

/**
 * One that its reader takes for what it says: one of Spark's own once more, another one that its schema takes, or a set that
 * the owner signs.
 */
export function validMessage(
  samples: readonly BusMessage[],
  signer: MessageSigner,
): fc.Arbitrary<BusMessage> {
  return fc.constantFrom(...samples).chain((sample) => {
    const again = fc.constant(sample);
    const json = jsonOf(sample.data);
    if (sample.headers?.[SET_HEADER] !== undefined) {
      return fc.oneof(
        again,
        fc.nat().map((readAt) => signedSet(sample, { readAt }, signer)),
      );
    }
    if (typeof json !== 'object' || json === null) return again;
    return fc.oneof(
      again,
      fc.infiniteStream(fc.nat(1_000)).map((numbers) => {
        const data = bytesOf(withOtherNumbers(json, () => numbers.next().value));
        return { ...sample, data };
      }),
    );
  });
}

/** One that may be anything. */
export function anyMessage(samples: readonly BusMessage[]): fc.Arbitrary<BusMessage> {
  const sample = fc.constantFrom(...samples);
  const subject = fc.oneof(
    { weight: 8, arbitrary: sample.map((one) => one.subject) },
    sample.map((one) => `${one.subject}.x`),
    fc.constantFrom(
      'spark.control.x',
      'spark.commands.hr.deploy-etl.payroll',
      'spark.route.fleet.hr.payroll',
    ),
  );
  const data = fc.oneof(
    sample.map((one) => one.data),
    fc.tuple(sample, fc.nat(), fc.nat(255)).map(([one, at, value]) => {
      const copy = Uint8Array.from(one.data);
      if (copy.length > 0) copy[at % copy.length] = value;
      return copy;
    }),
    sample.chain((one) => bent(fc.constant(jsonOf(one.data))).map(bytesOf)),
    anyJson.map(bytesOf),
    anyText.map((text) => Buffer.from(text)),
    fc.nat(64).map((size) => randomBytes(size)),
  );
  const headers = fc.oneof(
    sample.map((one) => one.headers),
    fc.constant(null),
  );
  const bend = fc.option(fc.record({ at: fc.nat(20), value: fc.string({ maxLength: 40 }) }), { nil: null });
  return fc
    .record({ subject, data, headers, bend })
    .map(({ bend: how, ...message }) => ({ ...message, headers: bentHeaders(message.headers, how) }));
}

/** For a set's own task: everything else that it says is its owner's. */
export function signedSet(
  { subject, data, headers }: BusMessage,
  change: object,
  signer: MessageSigner,
): BusMessage {
  const said = { ...(JSON.parse(headers?.[SET_HEADER] ?? '{}') as object), ...change };
  const message: LogPayload = {
    headers: { ...headers, [SET_HEADER]: JSON.stringify(said) },
    payload: data,
  };
  const sealed = sealMessage(message, subject, signer);
  return { subject, data, headers: sealed.headers };
}

function bentHeaders(
  headers: BusMessage['headers'],
  bend: { at: number; value: string } | null,
): BusMessage['headers'] {
  const names = Object.keys(headers ?? {});
  const name = names[(bend?.at ?? 0) % Math.max(1, names.length)];
  if (headers === null || bend === null || name === undefined) return headers;
  return { ...headers, [name]: bend.value.replaceAll(/[^\x20-\x7e]/g, '?') };
}

function withOtherNumbers(value: unknown, next: () => number): unknown {
  if (typeof value === 'number') return next();
  if (Array.isArray(value)) return value.map((one) => withOtherNumbers(one, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withOtherNumbers(one, next)]));
}

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return null;
  }
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value) ?? '');
}
