import { UnavailableError } from '@nestjs-spark/contracts';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, keepRunning, pause, SayOnce } from '@nestjs-spark/foundation/internal';
import { clientOptions } from './client-options.ts';
import type { NatsSecurity } from './security.ts';
import { Denials } from './denials.ts';
import { describeMiss, explainSilence } from './explain-silence.ts';
import { toPortError } from './failures.ts';
import { inboxPrefix } from './inbox.ts';
import type { BusHealth } from './judge-pulse.ts';
import { Pulse } from './pulse.ts';
import { describeAway, describeProblem, describeSilent, refusal } from './refusals.ts';
import { RETRY, RETRY_MS } from './retry-policy.ts';
import { requireVersion } from './server-version.ts';
import { parseServerAddress, type ServerAddress } from './server-address.ts';
import { Turn } from './turn.ts';
import { UnderWay } from './under-way.ts';

export interface JetStreamConnectionOptions {
  /** `nats://host:4222`, several separated by commas; `tls://` for TLS; credentials as `user:password@` or `token@`. */
  url: string;
  /** The module's name: shown in the server's list of connections, and part of the subjects where its answers come in. */
  name: string;
  /** Who connects, and with which authorities; asked for at each connection. Default: what the address holds. */
  security?: () => NatsSecurity;
  log: Logger;
  /** How long one request to the server may take, in milliseconds. Default 5,000; afterwards `UnavailableError`. */
  requestTimeoutMs?: number;
  /**
   * A small request of the kind that the application's work needs, sent every 2.5 s while connected; `health` derives from
   * it whether JetStream works. Default: a request for the account's figures, which needs no stream.
   */
  probe?: (handle: JetStreamHandle) => Promise<unknown>;
}

/** A live connection's tools. Ask for it again for each piece of work; it changes when the client had to reconnect from scratch. */
export interface JetStreamHandle {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  /** The largest message the server takes, headers included, in bytes. */
  maxPayload: number;
}

export type ConnectionStatus = 'connected' | 'disconnected' | 'closed';

const GRACE_MS = 2_000;
const DRAIN_MS = 2_000;

/**
 * One connection to NATS JetStream for a whole application. It connects in the background from the first use on and
 * reconnects for as long as it takes, so an application starts without NATS and becomes ready when NATS does.
 * Servers older than 2.12.7, or without JetStream, are not used: this is logged, and the connection keeps trying.
 */
export class JetStreamConnection {
  readonly #options: JetStreamConnectionOptions;
  readonly #address: ServerAddress;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(status: ConnectionStatus) => void>();
  readonly #underWay = new UnderWay();
  #handle: JetStreamHandle | undefined;
  #connected = false;
  #problem: unknown;
  readonly #denials = new Denials();
  readonly #said = new SayOnce();
  #running: Promise<void> | undefined;
  readonly #pulse: Pulse;
  /** Who sends one of many small messages waits for its end. */
  readonly turn = new Turn();
  /** With which server the next attempt begins: they are taken in turn, so that one that is of no use is not tried alone. */
  #first = 0;

  /** @throws an error without the address in it when `url` is not one */
  constructor(options: JetStreamConnectionOptions) {
    this.#options = options;
    this.#address = parseServerAddress(options.url);
    this.#first = Math.floor(Math.random() * this.#address.servers.length);
    const { probe = ({ jsm }) => jsm.getAccountInfo() } = options;
    this.#pulse = new Pulse({
      probe: () => this.use(probe),
      explain: (error) => explainSilence(this.target, this.#handle?.nc, error),
      describe: describeMiss,
      silent: (forMs) => void this.#tryAnother(forMs),
      silence: describeSilent(this.target),
    });
  }

  /**
   * Whether JetStream works, judged by its answers and not by an open socket, and allows what was asked of it; with the
   * reason if it does not. Cheap.
   */
  health(): BusHealth {
    const denied = this.#connected ? this.#denials.describe(performance.now()) : null;
    if (denied !== null) return { ready: false, detail: denied };
    const isKnown = !this.#connected && this.#problem !== undefined;
    return this.#pulse.health(isKnown ? describeAway(this.target, this.#problem) : null);
  }

  /** True while connected. */
  get isConnected(): boolean {
    return this.#connected;
  }

  /** The handle of the current connection, for what needs no answer or notices its end by itself; null while there is none. */
  get current(): JetStreamHandle | null {
    return this.#connected ? (this.#handle ?? null) : null;
  }

  /** Where the answers to this application come in. */
  get inboxPrefix(): string {
    return inboxPrefix(this.#options.name);
  }

  /** Where NATS is, without credentials. */
  get target(): string {
    return `NATS (${this.#address.servers.join(', ')})`;
  }

  /** Why it is not connected; null while it is, or before the first attempt failed. */
  get problem(): string | null {
    if (this.#connected || this.#problem === undefined) return null;
    return describeProblem(this.#problem);
  }

  /** Starts to connect, without waiting. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Waits until connected, however long that takes.
   * @throws {UnavailableError} when the connection is closed, or `signal` aborts, before that
   */
  ready(signal?: AbortSignal): Promise<JetStreamHandle> {
    this.start();
    if (this.current) return Promise.resolve(this.current);
    const stops = signal ? [signal, this.#closing.signal] : [this.#closing.signal];
    if (stops.some((stop) => stop.aborted)) return Promise.reject(this.unavailable());
    return new Promise((resolve, reject) => {
      const finish = (done: () => void) => {
        unsubscribe();
        for (const stop of stops) stop.removeEventListener('abort', aborted);
        done();
      };
      const aborted = () => finish(() => reject(this.unavailable()));
      const unsubscribe = this.onStatus((status) => {
        const handle = this.#handle;
        if (status === 'connected' && handle) finish(() => resolve(handle));
      });
      for (const stop of stops) stop.addEventListener('abort', aborted, { once: true });
    });
  }

  /**
   * Runs `work` on the connection.
   * @throws {UnavailableError} when the server is not reached within two seconds, or the connection breaks during `work`,
   * in which case it is unknown what the server has done
   */
  async use<T>(work: (handle: JetStreamHandle) => Promise<T>): Promise<T> {
    const handle = this.current ?? (await this.#soon());
    return this.#underWay
      .run(() => work(handle))
      .catch((error: unknown) => {
        throw toPortError(this.target, error);
      });
  }

  async #soon(): Promise<JetStreamHandle> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), GRACE_MS);
    return this.ready(late.signal).finally(() => clearTimeout(timer));
  }

  /** Calls `listener` whenever the state changes. @returns a function that stops this */
  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes the connection permanently. Pending messages are sent first, for at most two seconds. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return this.#running;
    this.#closing.abort();
    const nc = this.#handle?.nc;
    if (nc && !nc.isClosed()) {
      const drained = nc.drain().catch(() => undefined);
      await Promise.race([drained, wait(DRAIN_MS, undefined, { ref: false })]);
      await nc.close();
    }
    await this.#running;
    this.#change('closed');
  }

  #run(): Promise<void> {
    const { signal } = this.#closing;
    const stayConnected = async () => {
      await this.#connectOnce();
      await pause(RETRY_MS, signal);
    };
    return keepRunning(stayConnected, {
      signal,
      policy: RETRY,
      endMs: Infinity,
      onEachFailure: (error) => this.#complain(error),
    });
  }

  /** Returns when the connection has ended permanently; the client reconnects on its own as long as it can. */
  async #connectOnce(): Promise<void> {
    const nc = await connect(clientOptions(this.#address, this.#options, this.#first++));
    const ended = new AbortController();
    try {
      await this.#accept(nc);
      void this.#pulse.run(ended.signal);
      await nc.closed();
    } finally {
      ended.abort();
      this.#handle = undefined;
      if (this.#connected) this.#change('disconnected');
      await nc.close();
    }
  }

  async #accept(nc: NatsConnection): Promise<void> {
    const version = nc.info?.version ?? '0';
    requireVersion(version);
    const timeout = this.#options.requestTimeoutMs ?? 5_000;
    const jsm = await jetstreamManager(nc, { timeout });
    if (this.#closing.signal.aborted) return nc.close();
    const js = jetstream(nc, { timeout });
    this.#handle = {
      nc,
      js,
      jsm,
      get maxPayload() {
        return nc.info?.max_payload ?? 1024 * 1024;
      },
    };
    void this.#follow(nc);
    this.#options.log.log(`Connected to ${this.target}, nats-server ${version}`);
    this.#change('connected');
  }

  async #follow(nc: NatsConnection): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        if (!this.#closing.signal.aborted) this.#complain(new Error('the connection was lost'));
        this.#change('disconnected');
      } else if (status.type === 'reconnect') {
        this.#options.log.log(`Connected to ${this.target} again`);
        this.#change('connected');
      } else if (status.type === 'error') {
        const { error } = status;
        if (error instanceof errors.PermissionViolationError) this.#denials.note(error, performance.now());
        this.#complain(error);
      }
    }
  }

  /** The server that we are connected to may be cut off from those that can store anything. */
  async #tryAnother(silentMs: number): Promise<void> {
    const nc = this.#handle?.nc;
    const isAlone = this.#address.servers.length + (nc?.info?.connect_urls?.length ?? 0) < 2;
    if (!nc || isAlone || !this.#connected) return;
    const silence = `JetStream has not answered for ${Math.round(silentMs / 1_000)} s`;
    this.#options.log.warn(`${this.target}: ${silence}; connecting to another server`);
    await nc.reconnect().catch(() => undefined);
  }

  #change(status: ConnectionStatus): void {
    this.#connected = status === 'connected';
    if (this.#connected) {
      this.#pulse.connected();
      this.#problem = undefined;
      this.#denials.forget();
      this.#said.forget();
    } else this.#pulse.disconnected();
    // What listeners begin belongs to the new state.
    this.#underWay.breakOff(() => this.unavailable());
    for (const listener of Array.from(this.#listeners)) listener(status);
  }

  /** Logs each new reason once, not at every attempt. */
  #complain(error: unknown): void {
    this.#problem = refusal('JetStream', error) ?? error;
    const { problem } = this;
    if (problem !== null && this.#said.isNews(problem))
      this.#options.log.warn(`${this.target}: ${problem}. Trying again until it works`);
  }

  /** Why nothing can be requested now. */
  unavailable(): UnavailableError {
    if (this.#closing.signal.aborted)
      return new UnavailableError(`The connection to ${this.target} is closed`);
    return new UnavailableError(describeAway(this.target, this.#problem), { cause: this.#problem });
  }
}
