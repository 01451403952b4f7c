import { Inject, Injectable } from '@nestjs/common';
import { counted, describeError, sameName, tryEach } from '@nestjs-spark/foundation/internal';
import {
  deployCommandSubject,
  type EtlScriptItem,
  type EtlScriptRequest,
  StoreRefusedError,
} from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import { Declarations } from '../declare/declarations.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { COMMAND_BUS, readDeployCommand, type CommandBus, type DeployCommand } from './command-bus.ts';
import { enginesOf, hasEnded, nextRecord, type RequestRecord, type WantedSet } from './request-record.ts';
import { type OwnerRequestStatus, RequestStatus } from './request-status.ts';
import { RequestStore } from './request-store.ts';

/** Sends the declarations to their owners, and an empty set to owners without declarations. */
@Injectable()
export class Requests {
  private readonly log = logFor('Requests');
  /** Owners whose request this module's own store refuses, with the reason. */
  private readonly refused = new Map<string, string>();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: Pick<ReplicationSettings, 'moduleName'>,
    @Inject(STORE_INFO) private readonly store: Pick<StoreInfo, 'databaseName' | 'databaseUrls'>,
    @Inject(COMMAND_BUS) private readonly bus: CommandBus,
    private readonly declarations: Declarations,
    private readonly records: RequestStore,
    private readonly status: RequestStatus,
  ) {}

  /**
   * Sends one command per owner. Owners that have the set already receive it again and answer that nothing changed. An owner whose record is
   * refused waits for {@link refresh}, without delaying the others.
   */
  async sendAll(): Promise<void> {
    const declared = this.declarations.all().map(({ owner }) => owner);
    const left = (await this.records.all()).filter(
      (record) => this.declarations.of(record.owner) === null && !hasEnded(record),
    );
    await tryEach([...declared, ...left.map(({ owner }) => owner)], (owner) => this.sendUnlessRefused(owner));
  }

  /** Whether this owner should receive a request, including one that ends everything. */
  async concerns(owner: string): Promise<boolean> {
    if (this.declarations.of(owner)) return true;
    const record = await this.records.read(owner);
    return record !== null && !hasEnded(record);
  }

  /** Sends the owner's current set, which replaces a waiting command or a dead letter. */
  async send(owner: string): Promise<void> {
    const wanted = this.wanted(owner);
    const at = new Date().toISOString();
    const record = await this.records.update(owner, (before) => nextRecord(before, owner, wanted, at));
    if (record) await this.publish(record);
  }

  /** Sends a request that failed again, and says why; where that is not possible yet, whoever asked for it asks later. */
  async sendAgain(owner: string, because: string): Promise<void> {
    this.log.log(`The request to ${owner} is sent again, because ${because}`);
    try {
      await this.send(owner);
    } catch (error) {
      this.log.debug(`The request to ${owner} cannot be sent again yet: ${describeError(error)}`);
    }
  }

  /** The request in a record, as sent to the owner. */
  requestOf({ scripts, revision }: RequestRecord): EtlScriptRequest & { revision: number } {
    return { ...this.asking(scripts), revision };
  }

  /** Sends the same set with a revision above the one that the owner knows. */
  async renumber(owner: string, above: number): Promise<void> {
    const wanted = this.wanted(owner);
    const at = new Date().toISOString();
    const record = await this.records.update(owner, (before) => {
      const next = nextRecord(before, owner, wanted, at);
      return next.revision > above ? next : { ...next, revision: above + 1, at };
    });
    if (record) await this.publish(record);
  }

  /** Reads what other instances of this module have achieved, and sends again what the bus has lost. */
  async refresh(): Promise<void> {
    await tryEach([...this.refused.keys()], (owner) => this.sendUnlessRefused(owner));
    await tryEach(this.status.all(), (request) => this.refreshOne(request));
  }

  private async refreshOne({ owner, revision, state, attempts }: OwnerRequestStatus): Promise<void> {
    if (state === 'deployed') return;
    const record = await this.records.read(owner);
    if (record?.deployed?.revision !== record?.revision || !record?.deployed) {
      if (state !== 'dead') await this.sendLost(owner, record);
      return;
    }
    if (record.scripts.length === 0) this.status.ended(owner);
    else if (record.revision >= revision)
      this.status.deployed(owner, record.revision, attempts, enginesOf(record.deployed));
  }

  /** A refusal lasts until someone acts, so it is logged once. @throws any other error */
  private async sendUnlessRefused(owner: string): Promise<void> {
    try {
      await this.send(owner);
      this.refused.delete(owner);
    } catch (error) {
      if (!(error instanceof StoreRefusedError)) throw error;
      if (this.refused.get(owner) !== error.message)
        this.log.warn(`The request to ${owner} waits: ${error.message}`);
      this.refused.set(owner, error.message);
    }
  }

  /** A command can be lost with the data of the bus, or be replaced there by another; nothing else would notice that it was not carried out. */
  private async sendLost(owner: string, record: RequestRecord | null): Promise<void> {
    const last = await this.bus.last(deployCommandSubject(this.settings.moduleName, owner));
    const held = readDeployCommand(last);
    if (held && sameName(held.owner, owner) && held.revision === record?.revision) return;
    this.log.warn(`The request to ${owner} was lost on the bus and is sent again`);
    await this.send(owner);
  }

  private async publish(record: RequestRecord): Promise<void> {
    const command: DeployCommand = { owner: record.owner, revision: record.revision };
    const subject = deployCommandSubject(this.settings.moduleName, record.owner);
    this.status.sent(record.owner, record.revision, enginesOf(record.deployed));
    // First, so that a dead letter of this very command is not mistaken for an old one.
    const dropped = await this.bus.dropDeadLetters(subject);
    await this.bus.send(subject, command);
    if (dropped > 0)
      this.log.log(
        `The request to ${record.owner} is sent again in place of ${counted(dropped, 'dead letter')}`,
      );
  }

  private wanted(owner: string): WantedSet {
    return this.asking(this.declarations.of(owner)?.scripts ?? []);
  }

  private asking(scripts: EtlScriptItem[]): WantedSet {
    const { databaseName: targetDatabase, databaseUrls: targetUrls } = this.store;
    return { requestingModule: this.settings.moduleName, targetDatabase, targetUrls, scripts };
  }
}
