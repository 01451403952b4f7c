import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { logFor } from '@nestjs-spark/observability/internal';
import { EXPLORED, findLate, type Explored } from './explore.ts';

/** Watches for declared classes that the application loads after startup. */
@Injectable()
export class LateDeclarations {
  private readonly log = logFor('Replication');
  private readonly told = new Set<object>();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(EXPLORED) private readonly explored: Explored,
  ) {}

  /** Logs, once per lazily loaded class, that its declarations have no effect. */
  tell(): void {
    for (const target of findLate(this.discovery, this.explored)) {
      if (this.told.has(target)) continue;
      this.told.add(target);
      this.log.warn(
        `${target.name} declares copies or shares, but was loaded after the application had started, so its declarations ` +
          'have no effect. Import its module in the application module instead of loading it lazily',
      );
    }
  }
}
