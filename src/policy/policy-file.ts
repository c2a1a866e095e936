import { type Document, readDocuments } from '../workloads/document.ts';
import { fieldName } from '../workloads/place.ts';
import { type PolicyFile, policySchema } from './schema.ts';
import { wrongField } from '../wrong-field.ts';

/** A policy file as it was read from disk. */
export interface PolicyBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A policy file that has the form of one; what it names is not looked up yet. */
export interface OpenPolicy extends PolicyBytes {
  readonly document: Document;
  readonly file: PolicyFile;
}

/** An error of a policy file, as `policy.yaml:12: spec.rules[0].signature: has no check`. */
export interface PolicyError {
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly remediation: string | null;
}

export type Opened =
  | { readonly ok: true; readonly value: OpenPolicy }
  | { readonly ok: false; readonly errors: readonly PolicyError[] };

/** Reads one policy file; all of its errors are reported, each with file, line and field. */
export function openPolicy({ path, bytes }: PolicyBytes): Opened {
  const text = decoded(bytes);
  if (text === null)
    return refused({ path, line: 1, message: `${path}: is no UTF-8 text`, remediation: 'save it as UTF-8' });
  const { documents, faults } = readDocuments(text, path);
  const errors = faults.map(({ line, message }): PolicyError => ({
    path,
    line,
    message: `${path}:${line}: ${message}`,
    remediation: 'mend the YAML at this line',
  }));
  const [document, second] = documents;
  if (second) {
    const remedy = 'put the second policy into a file of its own';
    errors.push(policyError(path, second, [], 'a policy file holds one document', remedy));
  }
  if (!document) {
    if (errors.length > 0) return refused(...errors);
    const remediation = 'begin with `apiVersion: kubectl-supplychain/v1alpha1` and `kind: Policy`';
    return refused({ path, line: 1, message: `${path}: the file is empty`, remediation });
  }
  const parsed = policySchema.safeParse(document.value, { error: wrongField });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const fields =
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const at of fields) errors.push(policyError(path, document, at, issue.message));
    }
    return refused(...errors);
  }
  if (errors.length > 0) return refused(...errors);
  return { ok: true, value: { path, bytes, document, file: parsed.data } };
}

/** An error at a field: `policy.yaml:12: spec.rules[0].name: …`. */
export function policyError(
  path: string,
  document: Document,
  at: readonly PropertyKey[],
  message: string,
  remediation: string | null = null,
): PolicyError {
  const steps = at.filter((step) => typeof step !== 'symbol');
  const field = steps.length === 0 ? '' : `${fieldName(steps)}: `;
  const line = document.lineOf(steps);
  return { path, line, message: `${path}:${line}: ${field}${message}`, remediation };
}

function refused(...errors: readonly PolicyError[]): Opened {
  return { ok: false, errors };
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
