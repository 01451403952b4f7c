import { Inject, Injectable } from '@nestjs/common';
import type { ChangeSource } from '@nestjs-spark/contracts/internal';
import type { ScriptInspection } from '@nestjs-spark/etl-script/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { messageOf, nameKey } from '@nestjs-spark/foundation/internal';
import { CHANGE_FEED } from '@nestjs-spark/store';
import { absentFields, describeAbsent } from './absent-fields.ts';
import { sampleCollection } from './sample-documents.ts';

const SAMPLE = 10;
const TIME_MS = 2_000;

/** Compares scripts with the documents that they are for, and reports what looks wrong. A warning never prevents a deployment. */
@Injectable()
export class ScriptWarnings {
  private readonly log = logFor('ScriptWarnings');

  constructor(@Inject(CHANGE_FEED) private readonly feed: ChangeSource) {}

  /** One list per script. Looks at ten documents of each collection for at most two seconds; what fails says nothing. */
  async of(
    scripts: readonly { sourceCollection: string }[],
    inspected: readonly ScriptInspection[],
  ): Promise<string[][]> {
    const signal = AbortSignal.timeout(TIME_MS);
    const samples = new Map<string, Promise<string[]>>();
    const sampleOf = (collection: string): Promise<string[]> => {
      const known = samples.get(nameKey(collection)) ?? this.sample(collection, signal);
      samples.set(nameKey(collection), known);
      return known;
    };
    return Promise.all(
      scripts.map(async ({ sourceCollection }, at) => {
        const fields = inspected[at]?.fields ?? null;
        if (fields === null || fields.length === 0) return [];
        return absentFields(fields, await sampleOf(sourceCollection)).map(describeAbsent);
      }),
    );
  }

  private async sample(collection: string, signal: AbortSignal): Promise<string[]> {
    try {
      const found = await sampleCollection(this.feed, collection, SAMPLE, signal);
      return found.flatMap((one) => ('missing' in one ? [] : [Buffer.from(one.document).toString('utf8')]));
    } catch (error) {
      this.log.debug(`Documents of ${collection} could not be looked at: ${messageOf(error)}`);
      return [];
    }
  }
}
