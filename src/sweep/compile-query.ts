import { normaliseSource } from '../attestations/slsa/source-uri.ts';
import { parseDigest } from '../registry/digest.ts';
import { formatReference, parseReference } from '../registry/reference.ts';
import { buildQuery } from './build-query.ts';
import { digestQuery } from './digest-query.ts';
import { imageQuery } from './image-query.ts';
import { compilePackages, NO_PACKAGES, type PackageValues } from './package-values.ts';
import type { Asked, Predicate, Query } from './query.ts';
import { signerQuery } from './signer-query.ts';
import { unsignedQuery } from './unsigned-query.ts';

/** The values of each flag, as they were typed. */
export interface QueryValues {
  readonly digest: readonly string[];
  readonly image: readonly string[];
  readonly signer: readonly string[];
  readonly issuer: readonly string[];
  readonly 'source-repository': readonly string[];
  readonly builder: readonly string[];
  readonly unsigned: boolean;
  readonly packages?: PackageValues | undefined;
}

type Compiled =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly messages: readonly string[] };

const EMPTY =
  'ask for something: --package, --vulnerability, --digest, --image, --signer, --issuer, --source-repository, --builder or --unsigned';

/** Reads a query, or says everything that is wrong with it and how it is mended: a query that cannot hit would answer "not affected". */
export function compileQuery(values: QueryValues): Compiled {
  const problems: string[] = [];
  const read = (
    flag: Exclude<keyof QueryValues, 'unsigned' | 'packages'>,
    readValue: ReadValue,
  ): readonly string[] => {
    const texts = values[flag].map((text) => {
      const value = readValue(text.trim());
      if (typeof value === 'string') return value;
      problems.push(`--${flag}: ${value.wrong}`);
      return '';
    });
    return [...new Set(texts)].toSorted();
  };
  const asked = {
    digest: read('digest', readDigest),
    image: read('image', readImage),
    signer: read('signer', readPattern),
    issuer: read('issuer', readPattern),
    sourceRepository: read('source-repository', readSource),
    builder: read('builder', readPattern),
  };
  if (values.unsigned) {
    const signed = (['signer', 'issuer', 'source-repository', 'builder'] as const).find(
      (flag) => values[flag].length > 0,
    );
    if (signed)
      problems.push(`--unsigned: what nobody has signed has no ${signed}; ask the two one after the other`);
  }
  const packages = compilePackages(values.packages ?? NO_PACKAGES, (message) => problems.push(message));
  const given = Object.entries(asked).filter(([, texts]) => texts.length > 0);
  const named = given.length + Object.keys(packages.asked).length > 0;
  if (!named && !values.unsigned && problems.length === 0) problems.push(EMPTY);
  if (problems.length > 0) return { ok: false, messages: problems };
  return {
    ok: true,
    query: {
      asked: {
        ...Object.fromEntries(given),
        ...(values.unsigned && { unsigned: true }),
        ...packages.asked,
      },
      predicates: [...predicatesOf(asked, values.unsigned), ...packages.predicates],
      notes: packages.notes,
    },
  };
}

type AskedTexts = Required<
  Pick<Asked, 'digest' | 'image' | 'signer' | 'issuer' | 'sourceRepository' | 'builder'>
>;

/** Those that need least stand first. */
function predicatesOf(
  { image, digest, signer, issuer, builder, sourceRepository }: AskedTexts,
  unsigned: boolean,
): readonly Predicate[] {
  return [
    ...(image.length > 0 ? [imageQuery(image)] : []),
    ...(digest.length > 0 ? [digestQuery(digest)] : []),
    ...(signer.length + issuer.length > 0 ? [signerQuery(signer, issuer)] : []),
    ...(builder.length + sourceRepository.length > 0 ? [buildQuery(builder, sourceRepository)] : []),
    ...(unsigned ? [unsignedQuery] : []),
  ];
}

type ReadValue = (text: string) => string | { readonly wrong: string };

function readDigest(text: string): ReturnType<ReadValue> {
  if (parseDigest(text) !== null) return text;
  const shown = JSON.stringify(text);
  const [, digest] = text.split('@');
  if (digest !== undefined && parseDigest(digest) !== null)
    return { wrong: `${shown} is an image; write its digest alone, as --digest ${digest}` };
  if (/^[0-9a-f]{64}$/i.test(text))
    return { wrong: `${shown} has no algorithm; write --digest sha256:${text.toLowerCase()}` };
  return {
    wrong: `${shown} is no digest: sha256: with 64, sha384: with 96 or sha512: with 128 lower-case hexadecimal characters`,
  };
}

/** A reference without a star is spelled out, as `nginx:1.27` is `docker.io/library/nginx:1.27`. */
function readImage(text: string): ReturnType<ReadValue> {
  const pattern = readPattern(text);
  if (typeof pattern !== 'string') return pattern;
  const shown = JSON.stringify(text);
  if (!text.includes('*')) {
    const parsed = parseReference(text);
    return parsed.ok ? formatReference(parsed.value) : { wrong: parsed.message };
  }
  if (/[{}?,|()\\\s]|.\[/.test(text))
    return {
      wrong: `${shown} has signs that are in no image's name; * is any run without a slash, ** any run, and the flag may be repeated`,
    };
  const [name = ''] = text.split('@');
  if (name.includes('/') || name.includes('**')) return text;
  return {
    wrong: `${shown} matches no image: every name has a registry before a slash, and * does not match a slash; write --image '**/${text}'`,
  };
}

function readSource(text: string): ReturnType<ReadValue> {
  const pattern = readPattern(text);
  if (typeof pattern !== 'string') return pattern;
  const source = text.includes('*') ? text : normaliseSource(text);
  if (source.includes('://') || source.startsWith('**')) return source;
  return {
    wrong: `${JSON.stringify(text)} is no repository's URL; write all of it, as https://github.com/acme/cart`,
  };
}

function readPattern(text: string): ReturnType<ReadValue> {
  if (text === '') return { wrong: 'the value is empty; name what to look for' };
  if (text.startsWith('!'))
    return { wrong: `${JSON.stringify(text)}: a query has no excludes; ask for what it is to find` };
  return text;
}
