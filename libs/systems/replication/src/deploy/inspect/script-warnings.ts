import { Inject, Injectable } from '@nestjs/common';
import { ReadableDocuments, type ChangeSource, type ReadRule } from '@nestjs-spark/contracts/internal';
import type { ScriptInspection } from '@nestjs-spark/etl-script/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { messageOf, nameKey } from '@nestjs-spark/foundation/internal';
import { CHANGE_FEED } from '@nestjs-spark/store';
import { Shares } from '../../declare/shares.ts';
import { absentFields, describeAbsent } from './absent-fields.ts';
import { requirePermission } from './require-shared.ts';
import { sampleCollection } from './sample-documents.ts';
import { judgeFields } from './unshared-fields.ts';

const SAMPLE = 10;
const TIME_MS = 2_000;

/** Checks scripts against their documents, and reports what looks wrong. A warning never prevents a deployment. */
@Injectable()
export class ScriptWarnings {
  private readonly log = logFor('ScriptWarnings');

  constructor(
    @Inject(CHANGE_FEED) private readonly feed: ChangeSource,
    private readonly shares: Shares,
  ) {}

  /** One list per script. Samples ten documents of each collection, for at most two seconds; a failure yields no warnings. */
  async of(
    requester: string,
    scripts: readonly { sourceCollection: string }[],
    inspected: readonly ScriptInspection[],
  ): Promise<string[][]> {
    const signal = AbortSignal.timeout(TIME_MS);
    const samples = new Map<string, Promise<string[]>>();
    const sampleOf = (own: ReadRule): Promise<string[]> => {
      const { collection } = own;
      const known = samples.get(nameKey(collection)) ?? this.sample(own, signal);
      samples.set(nameKey(collection), known);
      return known;
    };
    return Promise.all(
      scripts.map(async ({ sourceCollection }, at) => {
        const { own } = requirePermission(this.shares, requester, sourceCollection);
        const { readable, warnings } = judgeFields(inspected[at]?.fields ?? null, own, requester);
        if (readable === null || readable.length === 0) return warnings;
        return [...warnings, ...absentFields(readable, await sampleOf(own)).map(describeAbsent)];
      }),
    );
  }

  private async sample(own: ReadRule, signal: AbortSignal): Promise<string[]> {
    const { collection } = own;
    try {
      const found = await sampleCollection(this.feed, new ReadableDocuments([own]), {
        collection,
        size: SAMPLE,
        signal,
      });
      return found.flatMap((one) => ('missing' in one ? [] : [Buffer.from(one.document).toString('utf8')]));
    } catch (error) {
      this.log.debug(`Documents of ${collection} could not be sampled: ${messageOf(error)}`);
      return [];
    }
  }
}
