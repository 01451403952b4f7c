import type { DocumentExtras } from './extras/types.ts';

/** One script for the documents of one collection, as declared by a module. */
export interface Transformation {
  /** Names the script in errors, for instance `HR/cars`. */
  name: string;
  /** The collection the script is declared for, for instance `Cars`. */
  collection: string;
  /** The script's text. Null, undefined or blank: documents pass through unchanged. */
  script?: string | null;
  /** Who is charged for its CPU time: workers are shared fairly between requesters. Default: `name`. */
  requester?: string;
}

/** A stored document to be passed to the script. */
export interface ScriptInput {
  id: string;
  /** The document's own `@collection`, which decides the target that keeps the id. */
  collection: string;
  /** The document as stored: a UTF-8 JSON object with its `@metadata`. */
  document: Uint8Array;
}

/** A document that is gone at the source. */
export interface DeletedInput {
  id: string;
  collection: string;
}

/**
 * Resolves a script's `load(id)` calls: for each id the stored document as UTF-8 JSON with `@metadata`, or null when it does not
 * exist **or the script may not read it**. The sandbox has no other way to reach a document.
 */
export type DocumentLoader = (ids: string[]) => Promise<(Uint8Array | null)[]>;

/** A document for the target. */
export interface EtlPut {
  type: 'put';
  id: string;
  collection: string;
  /** The document as JSON object text, without `@metadata`. */
  fields: string;
  /** Metadata to send along as JSON object text; never `@collection`, `@id` or what only the source may set. */
  metadata?: string;
  /** The source's attachments, counters and time series that the copy should have. Absent: they stay as they are. */
  extras?: DocumentExtras;
}

/** A command for the target. Within one document, deletes come first, then puts in the order of the loads. */
export type EtlCommand =
  | EtlPut
  | { type: 'delete'; id: string }
  /** Everything whose id starts with `prefix` (case-insensitive). */
  | { type: 'delete-prefix'; prefix: string };

/**
 * A put of a document whose commands have much text, as UTF-8. Its bytes, and those of the document's other puts, are one buffer
 * of their own, which belongs to whoever receives the commands.
 */
export interface LargeEtlPut extends Omit<EtlPut, 'type' | 'fields' | 'metadata'> {
  type: 'large-put';
  fields: Uint8Array<ArrayBuffer>;
  metadata?: Uint8Array<ArrayBuffer>;
}

/** A command as it comes from a worker. */
export type SendableCommand = EtlCommand | LargeEtlPut;

/**
 * Why a document was set aside:
 * `thrown` the script threw; `timeout` it exceeded its time; `memory` it exceeded its memory; `invalid-output` it loaded
 * something that is not a document; `too-much` it loads, or requests, more than a document may; `crashed` it broke the sandbox
 * itself.
 */
export type ScriptFailureKind = 'thrown' | 'timeout' | 'memory' | 'invalid-output' | 'too-much' | 'crashed';

/** Why a document was set aside, in terms of the user's own text. */
export interface ScriptFailure {
  kind: ScriptFailureKind;
  /** The transformation's name. */
  script: string;
  /** 1-based position in the user's text, or null when unknown (a timeout, a thrown string). */
  line: number | null;
  column: number | null;
  reason: string;
}

/** The outcome for one document: all its commands, or the reason why there are none. */
export type ScriptOutput<Command = EtlCommand> =
  | { id: string; status: 'done'; commands: Command[] }
  | { id: string; status: 'failed'; failure: ScriptFailure };

/** An outcome as it comes from a worker. */
export type SendableOutput = ScriptOutput<SendableCommand>;

/** A reason why a script cannot be deployed, with its 1-based position in the user's text. */
export interface ScriptProblem {
  reason: string;
  line: number;
  column: number;
}

/** What is known about a script without running it. */
export interface ScriptInspection {
  /** Collections the script loads to, found as RavenDB does: in its text, including comments and strings. */
  targets: string[];
  /** Whether a target is the source collection itself (case-insensitively), so that documents keep their ids. */
  keepsId: boolean;
  /** Whether the script may call `load`, and so request documents other than its own. */
  usesLoad: boolean;
  /** Whether the syntax tree has `eval`, `Function`, an indirect constructor or computed access to the global object. */
  usesDynamicCode: boolean;
  /**
   * Whether it accesses properties by computed names (`x[name]`), or uses `this` in a function, where it may be the global
   * object. In this sandbox that is harmless; where nothing else confines a script, it can reach anything.
   */
  usesComputedNames: boolean;
  /** Top-level fields of `this` that the script can read; null: uncertain, so it needs the whole document. */
  fields: string[] | null;
  /** Whether it is blank, or nothing but delete behaviours: documents pass through unchanged. */
  passesThrough: boolean;
  /** `deleteDocuments[Of<Collection>]Behavior` functions that the script defines. */
  deleteBehaviors: string[];
  /** Empty when the script may be deployed. */
  problems: ScriptProblem[];
}
