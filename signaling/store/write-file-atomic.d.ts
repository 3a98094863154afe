/** The part of write-file-atomic that is used here; the package has no types of its own. */
declare module "write-file-atomic" {
  /** Writes to a temporary file, flushes it to disk and renames it over `path`. */
  function writeFileAtomic(
    path: string,
    data: string,
    options?: { readonly mode: number },
  ): Promise<void>;
  export = writeFileAtomic;
}
