import {
  AUDIT_STREAM,
  auditSubject,
  CONTROL_STREAM,
  DEAD_LETTERS_STREAM,
} from '@nestjs-spark/contracts/internal';
import { inboxPrefix } from '../connect/inbox.ts';
import { attemptsOf, ATTEMPTS_BUCKET } from '../dead-letter/attempt-store.ts';
import { letterSubjects } from '../dead-letter/letter.ts';
import { leaseKey, LEASES_BUCKET } from '../lease/lease-store.ts';
import { tokenKey, TOKENS_BUCKET } from '../ledger/jetstream-token-ledger.ts';
import { objectStream, objectSubjects } from '../log/object-bucket.ts';
import { keyStream, keySubject } from '../provision/open-bucket.ts';
import { COMMANDS } from '../provision/streams.ts';
import { type RecordPlace, recordSubject } from '../records/record-place.ts';
import { moduleKey, MODULES_BUCKET } from '../registry/jetstream-module-registry.ts';
import { consumerName } from '../retry/consumer-source.ts';
import { SETTINGS_BUCKET, settingsKey } from '../settings/jetstream-settings-store.ts';
import { EVENT_SUBJECTS, REQUEST_SUBJECTS } from '../transport/pattern-subject.ts';
import {
  ASK_FOR_FIGURES,
  type BusGrants,
  consumeDurably,
  deleteMessages,
  joinGrants,
  mayPublish,
  purgeStream,
  readStream,
  readSubjects,
} from './grants.ts';

/**
 * What every module needs: replies in its own inbox, its leases, the tokens presented to it, the registry with its own entry, its
 * settings, all of the control board (what it may write there depends on the system), its own dead letters, and its audit trail.
 */
export function moduleGrants(module: string): BusGrants {
  const leases = leaseKey(module, '').replace(/\.$/, '.>');
  return joinGrants(
    { publish: [], subscribe: [`${inboxPrefix(module)}.>`] },
    ASK_FOR_FIGURES,
    readSubjects(keyStream(LEASES_BUCKET), keySubject(LEASES_BUCKET, leases)),
    mayPublish(keySubject(LEASES_BUCKET, leases)),
    mayPublish(`$JS.API.STREAM.INFO.${keyStream(TOKENS_BUCKET)}`),
    mayPublish(keySubject(TOKENS_BUCKET, tokenKey(module, '*'))),
    readStream(keyStream(MODULES_BUCKET)),
    mayPublish(keySubject(MODULES_BUCKET, moduleKey(module))),
    readStream(keyStream(SETTINGS_BUCKET)),
    mayPublish(keySubject(SETTINGS_BUCKET, settingsKey(module))),
    readStream(CONTROL_STREAM),
    readStream(DEAD_LETTERS_STREAM),
    mayPublish(letterSubjects(module)),
    purgeStream(DEAD_LETTERS_STREAM),
    // Write-once: no one has permission to remove an entry.
    readStream(AUDIT_STREAM),
    mayPublish(auditSubject(module)),
  );
}

/** Handles the commands of `subjects` under one name, with retries. */
export function commandGrants(module: string, name: string, subjects: string): BusGrants {
  const consumer = consumerName(module, name);
  const attempts = keySubject(ATTEMPTS_BUCKET, attemptsOf(consumer));
  return joinGrants(
    consumeDurably(COMMANDS.name, consumer, subjects),
    mayPublish(`$JS.API.STREAM.MSG.GET.${COMMANDS.name}`),
    readSubjects(keyStream(ATTEMPTS_BUCKET), attempts),
    mayPublish(attempts),
  );
}

/**
 * Sends and handles events and requests of every pattern: whoever has this permission can read and acknowledge those of all
 * modules.
 */
export function eventGrants(): BusGrants {
  const attempts = keySubject(ATTEMPTS_BUCKET, '>');
  return joinGrants(
    mayPublish(EVENT_SUBJECTS, REQUEST_SUBJECTS, attempts),
    { publish: [], subscribe: [REQUEST_SUBJECTS] },
    consumeDurably(COMMANDS.name, '*', EVENT_SUBJECTS),
    readSubjects(keyStream(ATTEMPTS_BUCKET), attempts),
  );
}

/** Writes a stream of logs and trims it, including big payloads and contents. */
export function logWriterGrants({ name, subjects }: { name: string; subjects: string }): BusGrants {
  return joinGrants(readStream(name), mayPublish(subjects), purgeStream(name), contentGrants(name));
}

/** Reads a stream of logs and what belongs to it. */
export function logReaderGrants({ name }: { name: string }): BusGrants {
  return joinGrants(readStream(name), readStream(objectStream(name)));
}

/** Reads a stream of records and the values beside it. */
export function recordReaderGrants({ stream, values }: RecordPlace): BusGrants {
  return joinGrants(readStream(stream), readSubjects(keyStream(values), keySubject(values, '>')));
}

/** Writes messages of every record, but only under these parts. */
export function recordWriterGrants({ root }: RecordPlace, parts: readonly string[]): BusGrants {
  return mayPublish(...parts.map((part) => recordSubject(root, '*', part)));
}

/** Writes the values beside a stream of records. */
export function valueWriterGrants({ values }: RecordPlace): BusGrants {
  return joinGrants(
    mayPublish(`$JS.API.STREAM.INFO.${keyStream(values)}`),
    mayPublish(keySubject(values, '>')),
  );
}

/** Takes the messages of every lane of these parts, and removes them when done. */
export function laneGrants({ stream, root }: RecordPlace, parts: string): BusGrants {
  return joinGrants(consumeDurably(stream, '*', recordSubject(root, '*', parts)), deleteMessages(stream));
}

/** Reads, writes and removes contents of an object bucket. */
export function contentGrants(bucket: string): BusGrants {
  const objects = objectStream(bucket);
  return joinGrants(readStream(objects), mayPublish(objectSubjects(bucket)), purgeStream(objects));
}

/** Announces this application under some keys of a bucket, and reads who else is present. */
export function presenceGrants(bucket: string, readable: string, ...own: readonly string[]): BusGrants {
  return joinGrants(
    readStream(keyStream(bucket)),
    mayPublish(`$JS.API.CONSUMER.CREATE.${keyStream(bucket)}.*.${keySubject(bucket, readable)}`),
    mayPublish(...own.map((key) => keySubject(bucket, key))),
  );
}

/** Sends and answers requests on these subjects. */
export function requestGrants(subjects: string): BusGrants {
  return { publish: [subjects], subscribe: [subjects] };
}

/** Writes and reads a stream in which every subject is a log of its own. */
export function subjectLogGrants({ stream, root }: { stream: string; root: string }): BusGrants {
  return joinGrants(readStream(stream), mayPublish(`${root}.>`));
}

/** As `subjectLogGrants`, for a log from which processed messages are removed. */
export function removingLogGrants(log: { stream: string; root: string }): BusGrants {
  return joinGrants(subjectLogGrants(log), deleteMessages(log.stream));
}

/** Reads and writes the values of a bucket, changing them by revision. */
export function revisedValueGrants(bucket: string): BusGrants {
  return joinGrants(
    readSubjects(keyStream(bucket), keySubject(bucket, '>')),
    // All values are requested at once, without a subject in the request.
    mayPublish(`$JS.API.DIRECT.GET.${keyStream(bucket)}`, keySubject(bucket, '>')),
  );
}
