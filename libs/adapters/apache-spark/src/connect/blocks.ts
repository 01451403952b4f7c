import { Binary, Table, tableFromIPC, tableToIPC, Utf8, type Vector, vectorFromArray } from 'apache-arrow';

/** A row returned by a mapped function: part of the result, or a statement about it. */
export interface Block {
  part: Uint8Array | null;
  report: string | null;
}

/** Blocks of bytes as an Arrow stream with the single column `part`. */
export function arrowOfBlocks(blocks: readonly Uint8Array[]): Uint8Array {
  return arrowOf({ part: vectorFromArray(blocks, new Binary()) });
}

/** Texts as an Arrow stream, with a column for each name. */
export function arrowOfTexts(columns: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const vectors = Object.entries(columns).map(([name, texts]): [string, Vector] => [
    name,
    vectorFromArray(texts, new Utf8()),
  ]);
  return arrowOf(Object.fromEntries(vectors));
}

function arrowOf(columns: Record<string, Vector>): Uint8Array {
  return tableToIPC(new Table(columns), 'stream');
}

/** The rows of an Arrow stream returned by a mapped function. */
export function blocksOf(arrow: Uint8Array): Block[] {
  const table = tableFromIPC(arrow);
  const [parts, reports] = [table.getChild('part'), table.getChild('report')];
  return Array.from({ length: table.numRows }, (_, row) => ({
    part: (parts?.get(row) as Uint8Array | null | undefined) ?? null,
    report: (reports?.get(row) as string | null | undefined) ?? null,
  }));
}

/** The texts of a column of an Arrow stream. */
export function textsOf(arrow: Uint8Array, column: string): string[] {
  const table = tableFromIPC(arrow);
  const texts = table.getChild(column);
  return Array.from({ length: table.numRows }, (_, row) => String(texts?.get(row) ?? ''));
}
