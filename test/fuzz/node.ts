/**
 * Evidence taken apart down to its last layer: JSON in annotations, base64 in JSON, DER or JSON or a checkpoint's lines in base64.
 * Every node can be changed, also into what its format does not allow, and the whole is put together again around it.
 */
export type Node =
  | JsonNode
  | DerNode
  /** A string that holds JSON. */
  | { kind: 'json'; items: Node[] }
  /** Base64, in one of its spellings. */
  | { kind: 'base64'; spelling: number; items: Node[] }
  /** A PEM block. */
  | { kind: 'pem'; label: string; items: Node[] }
  /** Text of several lines. */
  | { kind: 'lines'; items: Node[] }
  | { kind: 'text'; text: string }
  | { kind: 'bytes'; bytes: Uint8Array };

/** JSON that may say what JSON.parse would never return: a member twice, a number beyond all numbers. */
export type JsonNode =
  | { kind: 'object'; items: Node[] }
  | { kind: 'member'; name: string; items: Node[] }
  | { kind: 'array'; items: Node[] }
  /** A number, true, false, null, or whatever has been put in its place. */
  | { kind: 'literal'; text: string };

/** An element of DER, with the way in which its length is written. */
export interface DerNode {
  kind: 'der';
  tag: number;
  /** 0 as DER wants it; the others are BER's, or wrong. */
  length: number;
  /** Octets in front of the elements: a bit string's count of unused bits. */
  before: Uint8Array;
  items: Node[];
}
