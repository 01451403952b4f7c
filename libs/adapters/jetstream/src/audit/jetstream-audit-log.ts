import {
  AUDIT_ROOT,
  AUDIT_STREAM,
  auditKey,
  type AuditLog,
  type AuditPage,
} from '@nestjs-spark/contracts/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { SubjectLog } from '../records/subject-log.ts';

const KEEP_MS = 90 * 24 * 3_600_000;
/** Limit per module, so that no module that causes refusals can fill the stream for the others. */
const MOST_ENTRIES = 100_000;
const LONGEST_ENTRY = 16_384;

export interface JetStreamAuditLogOptions {
  connection: JetStreamConnection;
  module: string;
  /** Default `SPARK_AUDIT`. */
  stream?: string;
  /** Default `spark.audit`. */
  root?: string;
}

/** The stream of all modules' audit trails. Each module writes under its own name. */
export function auditStream(
  connection: JetStreamConnection,
  { stream = AUDIT_STREAM, root = AUDIT_ROOT }: { stream?: string; root?: string } = {},
): SubjectLog {
  const description = 'Spark: who asked a module for what, and what was decided';
  return new SubjectLog({ connection, stream, root, description, keep: MOST_ENTRIES, keepMs: KEEP_MS });
}

/** A module's entries in `SPARK_AUDIT`, kept for 90 days. No module can remove them. */
export class JetStreamAuditLog implements AuditLog {
  readonly #log: SubjectLog;
  readonly #subject: string;

  constructor({ connection, module, ...place }: JetStreamAuditLogOptions) {
    this.#subject = auditKey(module);
    this.#log = auditStream(connection, place);
  }

  async add(entry: object): Promise<void> {
    await this.#log.append(this.#subject, [new TextEncoder().encode(JSON.stringify(entry))], null);
  }

  async newest(skip: number, take: number): Promise<AuditPage> {
    const { messages, total } = await this.#log.newest(this.#subject, skip, take);
    return { entries: messages.map(({ payload }) => parse(payload)), total };
  }
}

/** Null for anything but JSON, and for anything longer than our entries. */
function parse(payload: Uint8Array): unknown {
  if (payload.length > LONGEST_ENTRY) return null;
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return null;
  }
}
