import type { Etag } from '@nestjs-spark/contracts';

/** The store has removed deletes that this reader had not read. */
export class DeletesLostError extends Error {
  readonly from: Etag;

  constructor(from: Etag) {
    super(`deletes from etag ${from} on were removed before they were read`);
    this.name = 'DeletesLostError';
    this.from = from;
  }
}

/** The source is not the database that the position belongs to. */
export class SourceReplacedError extends Error {
  constructor() {
    super('the source is a different or an older database than before');
    this.name = 'SourceReplacedError';
  }
}
