import { Inject, Injectable } from '@nestjs/common';
import {
  refuseOdd,
  requestId,
  VersionConflictError,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { isRequestRecord, type RequestRecord } from './request-record.ts';

const COLLECTION = 'SparkRequests';
const PREFIX = 'sparkRequests/';

/** This module's requests to owners, in its own database: revisions survive restarts and are shared by all instances. */
@Injectable()
export class RequestStore {
  constructor(@Inject(STATE_STORE) private readonly state: StateStore) {}

  async all(): Promise<RequestRecord[]> {
    return (await this.state.list<RequestRecord>(PREFIX)).map(({ value }) => value).filter(isRequestRecord);
  }

  async read(owner: string): Promise<RequestRecord | null> {
    return (await this.find(owner))?.value ?? null;
  }

  /** Writes the result of `change` for the current record; starts over if another instance wrote in between. */
  async update(
    owner: string,
    change: (before: RequestRecord | null) => RequestRecord | null,
  ): Promise<RequestRecord | null> {
    for (;;) {
      const found = await this.find(owner);
      const before = found?.value ?? null;
      const after = change(before);
      if (after === null || after === before) return before;
      try {
        await this.state.write(idOf(owner), COLLECTION, after, found?.version ?? null);
        return after;
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
  }

  private async find(owner: string): Promise<Versioned<RequestRecord> | null> {
    const found = await this.state.read<RequestRecord>(idOf(owner));
    return found && !isRequestRecord(found.value) ? refuseOdd(found.id) : found;
  }
}

function idOf(owner: string): string {
  return requestId(nameKey(owner));
}
