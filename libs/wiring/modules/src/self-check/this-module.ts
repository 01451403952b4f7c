/** This module's name and configured address, and the token that provides both. */
export interface ThisModule {
  moduleName: string;
  /** Without a trailing slash; empty: wherever its server listens. */
  moduleUrl: string;
}

/** `ThisModule` */
export const THIS_MODULE = Symbol('SPARK_THIS_MODULE');
