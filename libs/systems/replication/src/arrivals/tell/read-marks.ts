import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE, type CopyMarks } from '@nestjs-spark/contracts/internal';

/** The source of a copy according to its text; null fields if it does not say. Pure. */
export function readMarks(text: string): CopyMarks & { etag: number | null } {
  const { '@metadata': metadata = {} } = JSON.parse(text) as { '@metadata'?: Record<string, unknown> };
  const etag = metadata[COPY_ETAG];
  return {
    generation: textOf(metadata[COPY_GENERATION]),
    copyOf: textOf(metadata[COPY_SOURCE]),
    etag: typeof etag === 'number' ? etag : null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
