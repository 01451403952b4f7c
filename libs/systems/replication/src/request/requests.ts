import { deployCommandSubject, type EtlScriptItem } from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { Declarations } from '../declare/declarations.ts';
import type { CommandBus } from './command-bus.ts';
import type { DeployCommand } from './deploy-command.ts';
import type { RequestBook } from './request-book.ts';
import { enginesOf, hasEnded, nextRecord, type RequestRecord, type WantedSet } from './request-record.ts';
import type { RequestStatus } from './request-status.ts';

export interface RequestsParts {
  /** This module. */
  requester: string;
  declarations: Declarations;
  book: RequestBook;
  bus: CommandBus;
  status: RequestStatus;
  /** Where RavenDB's own ETL would send this module's copies. */
  target: () => { database: string; urls: string[] };
  log: Logger;
}

/** Asks the owners for what is declared, and those no longer asked for nothing. */
export class Requests {
  private readonly parts: RequestsParts;

  constructor(parts: RequestsParts) {
    this.parts = parts;
  }

  /** One command per owner. Asks owners that already have it again: they answer that nothing changed. */
  async sendAll(): Promise<void> {
    for (const { owner } of this.parts.declarations.all()) await this.send(owner);
    for (const record of await this.parts.book.all()) {
      const declared = this.parts.declarations.of(record.owner) !== null;
      if (!declared && !hasEnded(record)) await this.send(record.owner);
    }
  }

  /** Whether this owner is to be asked for anything, the end of everything included. */
  async concerns(owner: string): Promise<boolean> {
    if (this.parts.declarations.of(owner)) return true;
    const record = await this.parts.book.read(owner);
    return record !== null && !hasEnded(record);
  }

  /** Sends the owner's set as it is now; what waited, or had become a dead letter, is replaced by it. */
  async send(owner: string): Promise<void> {
    const wanted = this.wanted(owner);
    const at = new Date().toISOString();
    const record = await this.parts.book.update(owner, (before) => nextRecord(before, owner, wanted, at));
    if (record) await this.publish(record, wanted);
  }

  /** Gives the same set a revision above the one the owner knows, and sends it. */
  async renumber(owner: string, above: number): Promise<void> {
    const wanted = this.wanted(owner);
    const at = new Date().toISOString();
    const record = await this.parts.book.update(owner, (before) => {
      const next = nextRecord(before, owner, wanted, at);
      return next.revision > above ? next : { ...next, revision: above + 1, at };
    });
    if (record) await this.publish(record, wanted);
  }

  /** Takes over what other instances of this module have achieved, and sends again what the bus has lost. */
  async refresh(): Promise<void> {
    const { status, book } = this.parts;
    for (const { owner, revision, state, attempts } of status.all()) {
      if (state === 'deployed') continue;
      const record = await book.read(owner);
      if (record?.deployed?.revision !== record?.revision || !record?.deployed) {
        if (state !== 'dead') await this.sendLost(owner);
        continue;
      }
      if (record.scripts.length === 0) status.ended(owner);
      else if (record.revision >= revision)
        status.deployed(owner, record.revision, attempts, enginesOf(record.deployed));
    }
  }

  /** A command goes with the data of the bus, and nobody else knows that it was not carried out. */
  private async sendLost(owner: string): Promise<void> {
    const { bus, requester, log } = this.parts;
    if (await bus.holds(deployCommandSubject(requester, owner))) return;
    log.warn(`The request to ${owner} was lost on the bus and is sent again`);
    await this.send(owner);
  }

  private async publish(record: RequestRecord, wanted: WantedSet): Promise<void> {
    const { bus, requester, status, log } = this.parts;
    const command: DeployCommand = {
      owner: record.owner,
      request: { ...wanted, revision: record.revision },
    };
    const subject = deployCommandSubject(requester, record.owner);
    status.sent(record.owner, record.revision, enginesOf(record.deployed));
    // First, so that a letter this very command may become is not taken for an old one.
    const dropped = await bus.dropDeadLetters(subject);
    await bus.send(subject, command);
    if (dropped > 0)
      log.log(`The request to ${record.owner} is sent again in place of ${dropped} dead letter(s)`);
  }

  private wanted(owner: string): WantedSet {
    const scripts: EtlScriptItem[] = this.parts.declarations.of(owner)?.scripts ?? [];
    const { database, urls } = this.parts.target();
    return { requestingModule: this.parts.requester, targetDatabase: database, targetUrls: urls, scripts };
  }
}
