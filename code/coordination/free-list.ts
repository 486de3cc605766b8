/**
 * A page file that writes its list of free pages whole at each commit, as
 * BoltDB did. What a small append costs when the file has been large.
 */

// #region free-list
export type PageFile = {
  readonly fileBytes: number;
  readonly usedBytes: number;
  readonly pageBytes: number;
  /** One page number in the list. */
  readonly pageIdBytes: number;
};

// #region commit-bytes
/** The list of free pages, in whole pages. */
export function freeListBytes(file: PageFile): number {
  const { fileBytes, usedBytes, pageBytes, pageIdBytes } = file;
  const freePages = Math.floor((fileBytes - usedBytes) / pageBytes);
  const listPages = Math.ceil((freePages * pageIdBytes) / pageBytes);
  return listPages * pageBytes;
}

/** What one commit of so many bytes writes: its pages, and the list. */
export function commitBytes(
  file: PageFile,
  appendBytes: number,
): number {
  const { pageBytes } = file;
  const appended = Math.ceil(appendBytes / pageBytes) * pageBytes;
  return appended + freeListBytes(file);
}
// #endregion commit-bytes
// #endregion free-list
