import type { CompiledScript } from '../compile/compile-script.ts';
import type { DocumentExtras } from '../extras/types.ts';
import type { LargeEtlPut, ScriptFailure, ScriptFailureKind } from '../types.ts';
import type { OutputBounds } from './output-budget.ts';

/** Several texts in one buffer, so that a batch is transferred to the thread as one piece. */
export interface PackedTexts {
  buffer: ArrayBuffer;
  /** Where each text ends; the first begins at 0. A missing text ends at -1. */
  ends: Int32Array;
}

/** One batch for a worker. */
export interface Job {
  /** Set when the worker does not have this script yet. */
  script?: CompiledScript;
  bounds: OutputBounds;
  ids: string[];
  collections: string[];
  /** Absent: the documents were deleted, and only the script's delete behaviours are asked. */
  documents?: PackedTexts;
  /** Documents that scripts requested in earlier rounds. */
  loads?: PackedTexts & { ids: string[] };
  /** By document: which of `loads` it requested. */
  needs?: number[][];
}

/** A failure as the worker sees it; positions are those of the program, not yet of the user's text. */
export interface RawFailure {
  kind: ScriptFailureKind;
  reason: string;
  stack: string;
}

export const DONE = 0;
export const FAILED = 1;
export const WANTS = 2;
/** The job's turn ended before this document. */
export const LATER = 3;

export const PUT = 0;
export const DELETE = 1;
export const DELETE_PREFIX = 2;

/** A batch's outcome in columns: a few large values cross threads faster than many small ones. */
export interface Reply {
  /** By document: DONE, FAILED, WANTS or LATER. */
  statuses: Uint8Array;
  /** By document: how many of the commands below belong to it. */
  counts: Uint32Array;
  types: Uint8Array;
  /** By command; null for the id of its own document, which is the usual case. */
  ids: (string | null)[];
  /** By put: its index in `collectionNames`. */
  collections: Uint32Array;
  collectionNames: string[];
  /** By put; empty for one of those below. */
  fields: string[];
  /** By put, if it is one of a document with much text. */
  large: Record<number, Pick<LargeEtlPut, 'fields' | 'metadata'>>;
  /** By put, if it has metadata. */
  metadata: Record<number, string>;
  /** By put, if it has extras. */
  extras: Record<number, DocumentExtras>;
  failures: Record<number, ScriptFailure>;
  wants: Record<number, string[]>;
  /** The worker may be corrupted; replace it. */
  spoiled: boolean;
  /** A small sandbox has too little memory, and nothing was done: run the job in a large one. */
  wantsMemory: boolean;
  /** Approximate size of the commands' JSON text, in bytes. */
  size: number;
  /** CPU time that the job took in this thread, in ms. */
  ms: number;
  /** The part of it spent on loading the program again after another one had displaced it. */
  openingMs: number;
}
