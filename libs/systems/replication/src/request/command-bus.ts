/** The durable way of a command to this module's own handler. */
export interface CommandBus {
  /** Stores the command in place of an older one on its subject. Throws `UnavailableError` while the bus is away. */
  send(subject: string, command: object): Promise<void>;
  /** Whether the last command on this subject is still stored, handled or not. Throws `UnavailableError` while the bus is away. */
  holds(subject: string): Promise<boolean>;
  /** Takes the letters away that commands on this subject have become. @returns how many there were */
  dropDeadLetters(subject: string): Promise<number>;
}

/** One delivery of a command. */
export interface Delivery {
  /** 1 for the first. */
  attempt: number;
  /** No retry follows this one. */
  last: boolean;
}

/** The durable handling of this module's own commands. */
export interface CommandHandling {
  /** Begins in the background and waits for the bus as long as it takes. */
  start(): void;
  /** Waits for the command that is being handled. */
  stop(): Promise<void>;
}
