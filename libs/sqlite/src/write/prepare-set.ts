import { ContentRefusedError, type ChangeCommand } from '@nestjs-spark/contracts';
import { checkPut, reduceCommands, refuseTogether, unreadable } from '@nestjs-spark/contracts/internal';
import { splitDocument, type SplitDocument } from '../entities/split-document.ts';

export interface PreparedPut extends SplitDocument {
  id: string;
  key: string;
  document: string;
}

/** A set of commands as it is written. Ids are in lower case, but for the ones of `puts`. */
export interface PreparedSet {
  puts: PreparedPut[];
  deletes: ReadonlySet<string>;
  prefixes: ReadonlySet<string>;
}

// SQLite takes it, JavaScript and RavenDB make Infinity of it. Rare, so it is looked for before it is looked at.
const MAYBE_HUGE = /\d[eE]\+?\d{3}|\d{300}/;

/** @throws {DocumentsRefusedError} naming the documents that cannot be stored */
export function prepareSet(commands: readonly ChangeCommand[]): PreparedSet {
  const { puts, deletes, prefixes } = reduceCommands(commands);
  return { puts: refuseTogether(puts, ([key, put]) => preparePut(key, put)), deletes, prefixes };
}

function preparePut(key: string, put: { id: string; document: string }): PreparedPut {
  const { id } = put;
  const document = checkPut(id, put.document);
  const reason = MAYBE_HUGE.test(document) ? unreadable(document) : null;
  if (reason) throw new ContentRefusedError(`Document ${JSON.stringify(id)} ${reason}`, id);
  const { fields, collection, metadata } = splitDocument(id, document);
  return { id, key, document, fields, collection, metadata };
}
