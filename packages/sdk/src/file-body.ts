/** A file that is sent as it is. */
export interface FileBody<Type extends string> {
  readonly contentType: Type;
  readonly content: string | Uint8Array<ArrayBuffer> | Blob;
}
