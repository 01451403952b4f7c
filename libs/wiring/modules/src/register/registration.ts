import {
  registeredSubject,
  type ControlBoard,
  type ModuleInformation,
  type ModuleRegistry,
} from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, isWhole, type Guard, type Logger } from '@nestjs-spark/foundation/internal';
import type { ModuleIdentity } from '../identify/module-identity.ts';
import { AmbiguousModuleError } from './joined-registry.ts';

/** What a module announces on the board after each start. */
export interface Announcement extends ModuleInformation {
  /** The module's clock, milliseconds since 1970. */
  at: number;
}

/** Whether a value on the board names a module and when it started. Everything else is looked up in the registry. */
export const isAnnouncement: Guard<Pick<Announcement, 'appName' | 'at'>> = isObjectOf({
  appName: isText(256),
  at: isWhole,
});

type Described = Omit<ModuleInformation, 'registeredAtUtc' | 'publicKey' | 'nextKey' | 'signature'>;

export interface RegistrationParts {
  registry: ModuleRegistry;
  board: ControlBoard;
  log: Logger;
  /** Adds the module's keys, and signs. */
  identity: Pick<ModuleIdentity, 'vouch' | 'hasSigned'>;
  /**
   * Evaluated at each registration: the store may know its addresses only once it is connected, and the module its own once
   * its server listens.
   */
  describe: (signal: AbortSignal) => Described | Promise<Described>;
  /** Whether a server answers at the address of another instance; it need not be one of this module. */
  answers?: (url: string, signal?: AbortSignal) => Promise<boolean>;
}

/** So often in a row the registered instance has to be silent before another one takes its place: it may be starting. */
const SILENT_LOOKS = 3;

/** Registers this module: in the registry, where others look it up, and on the board, where modules that wait for it are notified. */
export class Registration {
  private readonly parts: RegistrationParts;
  private registered: ModuleInformation | null = null;
  private announced = true;
  private silentLooks = 0;
  /** Addresses in whose place this instance has registered: two that cannot reach each other would do so endlessly. */
  private readonly replaced = new Set<string>();

  constructor(parts: RegistrationParts) {
    this.parts = parts;
  }

  /**
   * @param signal aborts what is under way
   * @throws {UnavailableError} while the registry is away
   */
  async register(signal: AbortSignal = new AbortController().signal): Promise<ModuleInformation> {
    const { registry, log, identity } = this.parts;
    const registeredAtUtc = new Date().toISOString();
    const information = await identity.vouch({ ...(await this.parts.describe(signal)), registeredAtUtc });
    await registry.prepare(signal);
    const before = await this.findOne(information.appName, (reason) => log.warn(reason));
    const known = [before?.publicKey?.x, before?.nextKey?.x];
    if (before?.publicKey && !known.includes(information.publicKey?.x)) {
      log.warn(
        `${information.appName} was registered with another key until now. Modules that know the old one refuse this one's ` +
          'requests until an operator approves the new key; when another application runs under this name, rename one of them',
      );
    }
    await registry.register(information);
    this.registered = information;
    return information;
  }

  /**
   * Registering puts one entry into every registry, so it also ends an ambiguity, which therefore must not prevent it.
   * @returns null for none, and for several
   */
  private async findOne(
    name: string,
    onSeveral: (reason: string) => void,
  ): Promise<ModuleInformation | null> {
    try {
      return await this.parts.registry.find(name);
    } catch (error) {
      if (!(error instanceof AmbiguousModuleError)) throw error;
      onSeveral(error.message);
      return null;
    }
  }

  /**
   * Checks that the entry still exists, and registers the module again when it was lost with the registry's data. Called
   * regularly, and does nothing before `register` has.
   * @throws {UnavailableError} while the registry or the bus is away
   */
  async keep(signal?: AbortSignal): Promise<void> {
    const { registry, log } = this.parts;
    const information = this.registered;
    if (!information) return;
    await registry.prepare(signal);
    if (await registry.keep(information)) {
      // Another instance may have registered after this one, and then an entry of this one's start is not believed any more.
      await this.writeAgain(information);
      log.warn(`The entry of ${information.appName} in the registry was lost and is written again`);
    } else await this.correct(information, signal);
    if (this.announced) return;
    // Before the announcement: one that is asked for meanwhile has to follow it.
    this.announced = true;
    try {
      await this.announce(this.registered ?? information);
    } catch (error) {
      this.announced = false;
      throw error;
    }
  }

  /**
   * An entry with this module's key that was not signed with it was written by somebody else. One of another instance, at an address
   * of its own, is of no use to anybody once that instance is gone.
   */
  private async correct(information: ModuleInformation, signal?: AbortSignal): Promise<void> {
    const { log, identity } = this.parts;
    const found = await this.findOne(information.appName, () => undefined);
    const isOwn = found !== null && found.publicKey?.x === information.publicKey?.x;
    if (!isOwn) return;
    if (await identity.hasSigned(found)) return this.replaceSilent(information, found.appUrl, signal);
    // Dated now, so that an instance of an earlier version takes it for one of a later version, and leaves it.
    await this.writeAgain(information);
    log.warn(
      `The entry of ${information.appName} in the registry was not written by this module, and is written again: check who can write there`,
    );
  }

  private async writeAgain(information: ModuleInformation): Promise<void> {
    const { registry, identity } = this.parts;
    const own = await identity.vouch({ ...information, registeredAtUtc: new Date().toISOString() });
    this.announced = false;
    await registry.register(own);
    this.registered = own;
  }

  private async replaceSilent(
    own: ModuleInformation,
    registeredUrl: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const { answers, log } = this.parts;
    const isOwn = registeredUrl === own.appUrl || this.replaced.has(registeredUrl);
    if (isOwn || !answers || (await answers(registeredUrl, signal))) {
      this.silentLooks = 0;
      return;
    }
    if (++this.silentLooks < SILENT_LOOKS) return;
    this.silentLooks = 0;
    this.replaced.add(registeredUrl);
    log.warn(
      `The instance of ${own.appName} that is registered at ${registeredUrl} does not answer: this one registers in its place`,
    );
    await this.register(signal);
    this.announced = false;
  }

  /** Has the next `keep` announce this module again, so that those who rely on it ask it again. */
  announceAgain(): void {
    this.announced = false;
  }

  /** @throws {UnavailableError} while the bus is away */
  async announce(information: ModuleInformation): Promise<void> {
    const announcement: Announcement = { ...information, at: Date.now() };
    await this.parts.board.publish(registeredSubject(information.appName), announcement);
  }
}
