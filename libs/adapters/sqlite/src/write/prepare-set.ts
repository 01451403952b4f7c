import { ContentRefusedError, type ChangeCommand } from '@nestjs-spark/contracts';
import {
  checkCopy,
  checkPut,
  checkSettled,
  reduceCommands,
  refuseTogether,
  sqliteKey,
  unreadable,
  type Effect,
  type IdRule,
} from '@nestjs-spark/contracts/internal';
import { splitDocument, type SplitDocument } from '../entities/split-document.ts';

export interface PreparedPut extends SplitDocument {
  id: string;
  key: string;
  document: string;
}

/** A set of commands ready to be written. Keys of `puts` are this store's, those of `effect` the owner's. */
export interface PreparedSet {
  puts: PreparedPut[];
  effect: Effect;
}

// SQLite accepts it, JavaScript and RavenDB turn it into Infinity. Rare, so a regular expression is tried before parsing.
const MAYBE_HUGE = /\d[eE]\+?\d{3}|(?<!\d)\d{300}/;

/** @throws {DocumentsRefusedError} naming the documents that cannot be stored */
export function prepareSet(commands: readonly ChangeCommand[], rule: IdRule): PreparedSet {
  const effect = reduceCommands(commands, rule);
  const puts = refuseTogether(effect.puts.values(), (put) => {
    checkCopy(put.id, put.document);
    if (rule === 'ravendb') checkSettled(put.id);
    return preparePut(put);
  });
  return { puts, effect };
}

function preparePut(put: { id: string; document: string }): PreparedPut {
  const { id } = put;
  const document = checkPut(id, put.document);
  const reason = MAYBE_HUGE.test(document) ? unreadable(document) : null;
  if (reason) throw new ContentRefusedError(`Document ${JSON.stringify(id)} ${reason}`, id);
  const { fields, collection, metadata } = splitDocument(id, document);
  return { id, key: sqliteKey(id), document, fields, collection, metadata };
}
