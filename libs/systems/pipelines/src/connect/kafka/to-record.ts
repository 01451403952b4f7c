import type { KafkaMessage } from '@nestjs-spark/kafka/internal';
import type { Fields } from '../../expression/compile-expression.ts';
import type { SourceRecord } from '../ports.ts';
import { faultOfBytes } from '../utf8.ts';

/** `json`: a message's value is an object; `string`: it is text and becomes the field `value`. */
export type KafkaFormat = 'json' | 'string';

/** Converts a message to a record. A message without a value fails as a record, because it is not JSON. */
export function toRecord(
  topic: string,
  partition: number,
  { offset, timestamp, key, value, headers }: KafkaMessage,
  format: KafkaFormat,
): SourceRecord {
  const text = value === null ? '' : value.toString();
  const meta = {
    topic,
    timestamp,
    key: key === null ? null : key.toString(),
    headers: headers.length === 0 ? {} : headersOf(headers),
  };
  const fault = value === null ? {} : faultOfBytes(value);
  const record: SourceRecord = { partition: String(partition), offset, text, meta, ...fault };
  if (format === 'string') record.fields = value === null ? { value: null } : fieldsOfText(text);
  return record;
}

/** The fields of a record in the format `string`. */
export const fieldsOfText = (text: string): Fields => ({ value: text });

function headersOf(headers: KafkaMessage['headers']): Record<string, string | null> {
  return Object.fromEntries(
    headers.map(([name, value]) => [name?.toString() ?? '', value?.toString() ?? null]),
  );
}
